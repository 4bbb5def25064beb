import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionService,
} from '../../../../services/gen/grpc/reflection/v1/reflection.js';
import { ExecutorServiceService } from '../../../../services/gen/pbot/vm/v1/executor.js';
import { createClient } from '../../../../services/lib/rpc/client.js';
import { type Loopback, serve } from '../loopback.js';

type Question = NonNullable<ServerReflectionRequest['messageRequest']>;

const noImplementation: UntypedServiceImplementation = {};

let loopback: Loopback;

beforeAll(async () => {
  loopback = await serve([
    { definition: ExecutorServiceService, implementation: noImplementation },
  ]);
});

afterAll(() => loopback.stop());

describe.each([
  ['v1', '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'],
  ['v1alpha', '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo'],
] as const)('server reflection %s', (_version, path) => {
  /** Asks all the questions in one stream, and gives the answers in their order. */
  const ask = async (
    ...questions: (Question | undefined)[]
  ): Promise<ServerReflectionResponse[]> => {
    const { serverReflectionInfo } = ServerReflectionService;
    const definition = { serverReflectionInfo: { ...serverReflectionInfo, path } };
    const client = createClient(definition, { target: loopback.target });
    const call = client.serverReflectionInfo();
    for (const messageRequest of questions) call.write({ host: 'here', messageRequest });
    call.end();
    const answers: ServerReflectionResponse[] = [];
    for await (const answer of call) answers.push(answer as ServerReflectionResponse);
    client.close();
    return answers;
  };

  const filesOf = (answer: ServerReflectionResponse | undefined) => {
    const response = answer?.messageResponse;
    if (response?.$case !== 'fileDescriptorResponse') throw new Error('no files were answered');
    return response.value.fileDescriptorProto.map((bytes) =>
      fromBinary(FileDescriptorProtoSchema, bytes),
    );
  };

  const symbol = (value: string) => ({ $case: 'fileContainingSymbol', value }) as const;

  it('reflection lists our services and the health service', async () => {
    const [answer] = await ask({ $case: 'listServices', value: '' });
    expect(answer?.messageResponse).toEqual({
      $case: 'listServicesResponse',
      value: {
        service: [{ name: 'pbot.vm.v1.ExecutorService' }, { name: 'grpc.health.v1.Health' }],
      },
    });
    expect(answer?.validHost).toBe('here');
    expect(answer?.originalRequest).toEqual({
      host: 'here',
      messageRequest: { $case: 'listServices', value: '' },
    });
  });

  it.each([
    'pbot.vm.v1.ExecutorService',
    'pbot.vm.v1.ExecutorService.Execute',
    'pbot.vm.v1.Program',
    'pbot.vm.v1.Program.code',
    'pbot.vm.v1.Limit',
  ])('reflection finds the file of %s, and each file that it needs once', async (name) => {
    const files = filesOf((await ask(symbol(name)))[0]);
    const names = files.map((file) => file.name);
    expect(names[0]).toBe('pbot/vm/v1/executor.proto');
    expect(new Set(names).size).toBe(names.length);
    for (const dependency of files.flatMap((file) => file.dependency)) {
      expect(names).toContain(dependency);
    }
  });

  it('reflection finds a file by its name', async () => {
    const [answer] = await ask({ $case: 'fileByFilename', value: 'pbot/vm/v1/watchdog.proto' });
    expect(filesOf(answer)[0]?.name).toBe('pbot/vm/v1/watchdog.proto');
  });

  it.each([
    symbol(''),
    symbol('Program'),
    symbol('no.such.Service'),
    symbol('constructor.prototype'),
    { $case: 'fileByFilename', value: 'no/such.proto' },
    { $case: 'fileByFilename', value: '__proto__' },
    { $case: 'allExtensionNumbersOfType', value: 'pbot.vm.v1.Program' },
    {
      $case: 'fileContainingExtension',
      value: { containingType: 'pbot.vm.v1.Program', extensionNumber: 1 },
    },
  ] as const)('reflection answers NOT_FOUND to %j', async (question) => {
    const [answer] = await ask(question);
    expect(answer?.messageResponse).toMatchObject({
      $case: 'errorResponse',
      value: { errorCode: status.NOT_FOUND },
    });
  });

  it('reflection goes on after a request that asks for nothing', async () => {
    const answers = await ask(undefined, { $case: 'listServices', value: '' });
    expect(answers.map(({ messageResponse }) => messageResponse?.$case)).toEqual([
      'errorResponse',
      'listServicesResponse',
    ]);
  });
});
