// gRPC server reflection: tells a client such as grpcurl which services and messages there are.

import {
  createFileRegistry,
  type DescFile,
  type FileRegistry,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { descriptorSetBase64 } from '../../gen/descriptors.js';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionService,
} from '../../gen/grpc/reflection/v1/reflection.js';
import type { Log } from '../process/log.js';
import { duplex } from './handler.js';

/** Server reflection v1 and v1alpha over the contracts of `proto/`. */
export function reflectionHandlers(options: { log: Log; services: readonly string[] }) {
  const registry = loadRegistry();
  const serverReflectionInfo = duplex<ServerReflectionRequest, ServerReflectionResponse>(
    options.log,
    async (requests, sink) => {
      for await (const request of requests) {
        await sink.send({
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(registry, options.services, request),
        });
      }
    },
  );
  return [
    { definition: ServerReflectionService, implementation: { serverReflectionInfo } },
    { definition: v1AlphaDefinition, implementation: { serverReflectionInfo } },
  ];
}

const { serverReflectionInfo: v1Method } = ServerReflectionService;

/** The same messages under another path: older clients know no other. */
const v1AlphaDefinition = {
  serverReflectionInfo: { ...v1Method, path: v1Method.path.replace('.v1.', '.v1alpha.') },
};

type Answer = ServerReflectionResponse['messageResponse'];

function loadRegistry(): FileRegistry {
  const bytes = Buffer.from(descriptorSetBase64, 'base64');
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
}

function answer(
  registry: FileRegistry,
  services: readonly string[],
  request: ServerReflectionRequest,
): Answer {
  const message = request.messageRequest;
  switch (message?.$case) {
    case 'listServices':
      return {
        $case: 'listServicesResponse',
        value: { service: services.map((name) => ({ name })) },
      };
    case 'fileByFilename':
      return fileAnswer(registry.getFile(message.value), `file "${message.value}"`);
    case 'fileContainingSymbol':
      return fileAnswer(findSymbol(registry, message.value), `symbol "${message.value}"`);
    case 'fileContainingExtension':
    case 'allExtensionNumbersOfType':
      return errorAnswer(status.NOT_FOUND, 'proto3 contracts have no extensions');
    case undefined:
      return errorAnswer(status.INVALID_ARGUMENT, 'the request asks for nothing');
  }
}

/** A symbol is a type, or a member of one: a method, a field, a value. */
function findSymbol(registry: FileRegistry, symbol: string): DescFile | undefined {
  const owner = symbol.slice(0, Math.max(0, symbol.lastIndexOf('.')));
  return (registry.get(symbol) ?? registry.get(owner))?.file;
}

function fileAnswer(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return errorAnswer(status.NOT_FOUND, `no ${what} here`);
  const fileDescriptorProto = withDependencies(file).map((each) =>
    toBinary(FileDescriptorProtoSchema, each.proto),
  );
  return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function withDependencies(file: DescFile, seen = new Set<DescFile>()): DescFile[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return [file, ...file.dependencies.flatMap((dependency) => withDependencies(dependency, seen))];
}

function errorAnswer(errorCode: status, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}
