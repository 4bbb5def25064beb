// What clients of earlier releases send, byte for byte, is answered by the present services as they rely on.

import { fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registry } from '../../contracts/messages.js';
import { outputOf, type RecordedCall, recordedReleases } from '../../contracts/release.js';
import { type ServiceName, TestSystem } from '../../support/system.js';

let system: TestSystem;
const clients = new Map<ServiceName, Client>();

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
  for (const name of ['executor', 'watchdog', 'snapshot'] as const) {
    clients.set(name, new Client(system.target(name), credentials.createInsecure()));
  }
});

afterAll(async () => {
  for (const client of clients.values()) client.close();
  await system.stop();
});

describe.each(recordedReleases())('a client of release $version', ({ calls }) => {
  test.each(calls)('a call of $path has the answer that it relies on', async (call) => {
    const output = outputOf(call.path);
    const answer = toJson(output, fromBinary(output, await answerTo(call)), { registry });
    expect(answer).toEqual(atLeast(call.answer));
  });
});

const services: readonly (readonly [string, ServiceName])[] = [
  ['.WatchdogService/', 'watchdog'],
  ['.SnapshotService/', 'snapshot'],
];

/** Later releases may say more: other keys of an object, other entries of a list. */
function atLeast(value: JsonValue): unknown {
  if (Array.isArray(value)) return expect.arrayContaining(value.map(atLeast));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, atLeast(each)] as const);
  return expect.objectContaining(Object.fromEntries(entries));
}

/** The bytes of the answer. */
async function answerTo({ path, request }: RecordedCall): Promise<Buffer> {
  const [, name = 'executor'] = services.find(([part]) => path.includes(part)) ?? [];
  const asIs = (bytes: Buffer) => bytes;
  return await new Promise((resolve, reject) => {
    clients
      .get(name)
      ?.makeUnaryRequest(path, asIs, asIs, Buffer.from(request, 'base64'), (error, answer) => {
        if (answer === undefined) reject(error ?? new Error('no answer'));
        else resolve(answer);
      });
  });
}
