// All messages that one program of pbot-vm sends to another, each with the codec that the programs use.

import { createFileRegistry, type DescMessage, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSetBase64 } from '../../services/gen/descriptors.js';
import { GuestFrame, HostFrame } from '../../services/gen/pbot/vm/guest/v1/channel.js';
import { ExecutorServiceService } from '../../services/gen/pbot/vm/v1/executor.js';
import { PbotServiceService } from '../../services/gen/pbot/vm/v1/pbot.js';
import { SnapshotServiceService } from '../../services/gen/pbot/vm/v1/snapshot.js';
import { WatchdogServiceService } from '../../services/gen/pbot/vm/v1/watchdog.js';

export interface Message {
  /** Name of its type, with the package. */
  readonly name: string;
  /** What the contracts say of it. */
  readonly description: DescMessage;
  /** Reads it as the programs do, and writes what they have read. */
  readonly readAndWrite: (bytes: Uint8Array) => Uint8Array;
}

/** The contracts, as an independent library knows them. */
export const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64')),
);

/** Every request and response of the services, and the frames of the data channel, by name. */
export function allMessages(): Message[] {
  const frames = [
    frame('pbot.vm.guest.v1.HostFrame', HostFrame),
    frame('pbot.vm.guest.v1.GuestFrame', GuestFrame),
  ];
  const all = [
    ...services.flatMap((service) => Object.values(service).flatMap(ofMethod)),
    ...frames,
  ];
  return [...new Map(all.map((each) => [each.name, each])).values()].sort((a, b) =>
    a.name.localeCompare(b.name, 'en'),
  );
}

const services: readonly Readonly<Record<string, Method>>[] = [
  ExecutorServiceService,
  PbotServiceService,
  SnapshotServiceService,
  WatchdogServiceService,
];

interface Method {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly requestSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
}

function ofMethod(method: Method): Message[] {
  const [, service = '', name] = method.path.split('/');
  const described = registry.getService(service)?.methods.find((each) => each.name === name);
  if (described === undefined) throw new Error(`the contracts have no ${method.path}`);
  return [
    message(described.input, (bytes) =>
      method.requestSerialize(method.requestDeserialize(bytes) as never),
    ),
    message(described.output, (bytes) =>
      method.responseSerialize(method.responseDeserialize(bytes) as never),
    ),
  ];
}

function frame<T>(
  name: string,
  codec: {
    decode: (bytes: Uint8Array) => T;
    encode: (value: T) => { finish: () => Uint8Array };
  },
): Message {
  const description = registry.getMessage(name);
  if (description === undefined) throw new Error(`the contracts have no ${name}`);
  return message(description, (bytes) => codec.encode(codec.decode(bytes)).finish());
}

function message(description: DescMessage, readAndWrite: (bytes: Buffer) => Uint8Array): Message {
  return {
    name: description.typeName,
    description,
    readAndWrite: (bytes) => readAndWrite(Buffer.from(bytes)),
  };
}
