import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ExecuteRequest,
  ExecutorServiceService,
  InteractRequest,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { WatchdogServiceService } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { framed, rawCall } from '../../support/raw-call.js';
import { outputOf, TestSystem } from '../../support/system.js';

let system: TestSystem;
let port: number;

beforeAll(async () => {
  system = await TestSystem.create({});
  port = system.ports.executor;
  await system.startAll();
});

afterAll(() => system.stop());

/** A normal client is served, and its program is the only one that has run since `before`. */
async function expectNothingRan(before: number): Promise<void> {
  expect(outputOf(await system.run('echo next'))).toBe('next\n');
  await expect.poll(executions).toBe(before + 1);
}

const executions = () =>
  system
    .service('executor')
    .output()
    .match(/"msg":"execution"/g)?.length ?? 0;

const program = { language: 'sh', code: 'echo ran' };
const message = ExecuteRequest.encode(ExecuteRequest.fromPartial({ program })).finish();
const undecodable = Buffer.from([0x0f, 0xff]);
const { path } = ExecutorServiceService.execute;

const services = [
  ['executor', path],
  ['watchdog', WatchdogServiceService.reportFault.path],
  ['snapshot', SnapshotServiceService.getDomain.path],
] as const;

const notStarted = { execution: 'NOT_STARTED' };

describe('an error of gRPC itself', () => {
  let before: number;

  beforeEach(() => {
    before = executions();
  });

  afterEach(() => expectNothingRan(before));

  test.each(services)(
    'the %s service gives each of them a reason, and no delay of a retry',
    async (service, known) => {
      const to = system.ports[service];
      const unknown = `${known}Twice`;
      const calls = [
        [{ path: unknown, bytes: framed(message) }, 'METHOD_UNKNOWN', status.UNIMPLEMENTED],
        [{ path: '/', bytes: Buffer.alloc(0) }, 'METHOD_UNKNOWN', status.UNIMPLEMENTED],
        [{ path: known, bytes: framed(undecodable) }, 'MESSAGE_UNREADABLE', status.INTERNAL],
        [
          { path: known, bytes: framed(Buffer.alloc(9), { length: 2 ** 31 }) },
          'MESSAGE_TOO_LARGE',
          status.INVALID_ARGUMENT,
        ],
        [{ path: known, bytes: Buffer.alloc(0) }, 'MESSAGE_COUNT_WRONG', status.UNIMPLEMENTED],
        [
          { path: known, bytes: framed(message), headers: { 'grpc-timeout': 'soon' } },
          'TIMEOUT_INVALID',
          status.INVALID_ARGUMENT,
        ],
      ] as const;
      for (const [options, reason, code] of calls) {
        const { error, headers } = await rawCall(to, options);
        expect(error).toMatchObject({
          reason,
          code,
          retryDelayMs: undefined,
          metadata: notStarted,
        });
        expect(headers['grpc-retry-pushback-ms']).toBe('-1');
      }
    },
  );

  test('a message that is too large is rejected with both sizes', async () => {
    const bytes = framed(Buffer.alloc(9), { length: 2 ** 31 });
    const { error } = await rawCall(port, { path, bytes });
    const { limit = '' } = error.metadata;
    expect(error.metadata).toEqual({ ...notStarted, bytes: String(2 ** 31), limit });
    expect(error.message).toBe(
      `A message of the call is ${2 ** 31} bytes; at most ${limit} are allowed.`,
    );
  });

  test('two messages of a method that takes one are rejected', async () => {
    const bytes = Buffer.concat([framed(message), framed(message)]);
    const { error } = await rawCall(port, { path, bytes });
    expect(error).toMatchObject({ reason: 'MESSAGE_COUNT_WRONG', metadata: notStarted });
  });
});

describe('a message that is compressed', () => {
  let before: number;

  beforeEach(() => {
    before = executions();
  });

  afterEach(() => expectNothingRan(before));

  test.each([
    ['gzip', gzipSync(message)],
    ['deflate', message],
    ['br', message],
  ])(
    'a message that is compressed by %s is refused with what is accepted',
    async (encoding, content) => {
      const headers = { 'grpc-encoding': encoding };
      const end = await rawCall(port, { path, bytes: framed(content, { flag: 1 }), headers });
      expect(end).toMatchObject({
        error: {
          reason: 'COMPRESSION_UNSUPPORTED',
          code: status.UNIMPLEMENTED,
          metadata: notStarted,
        },
        headers: { 'grpc-accept-encoding': 'identity' },
      });
    },
  );

  test.each([
    ['says so without an encoding', 1, gzipSync(message), {}],
    ['says so and is not', 1, message, {}],
    ['says so with the encoding identity', 1, message, { 'grpc-encoding': 'identity' }],
    ['has a flag that does not exist', 255, message, {}],
    [
      'has a flag that does not exist, with an encoding',
      2,
      gzipSync(message),
      { 'grpc-encoding': 'gzip' },
    ],
  ])('a message that %s is unreadable', async (_, flag, content, headers) => {
    const { error } = await rawCall(port, { path, bytes: framed(content, { flag }), headers });
    expect(error).toMatchObject({
      reason: 'MESSAGE_UNREADABLE',
      code: status.INTERNAL,
      metadata: notStarted,
    });
  });

  test('a message that is not compressed is taken beside an encoding, and the answer offers none', async () => {
    const headers = { 'grpc-encoding': 'gzip' };
    const listing = ExecutorServiceService.listLanguages.path;
    const end = await rawCall(port, { path: listing, bytes: framed(Buffer.alloc(0)), headers });
    expect(end.headers).toMatchObject({ 'grpc-status': '0', 'grpc-accept-encoding': 'identity' });
  });
});

describe('an error of gRPC itself while a program runs', () => {
  test('a deadline that passes while the program runs leaves its outcome unknown', async () => {
    const code = 'exec sleep 10';
    const request = ExecuteRequest.fromPartial({ program: { ...program, code } });
    const bytes = framed(ExecuteRequest.encode(request).finish());
    const headers = { 'grpc-timeout': '500m' };
    const { error } = await rawCall(port, { path, bytes, headers });
    expect(error).toMatchObject({
      reason: 'DEADLINE_EXCEEDED',
      code: status.DEADLINE_EXCEEDED,
      metadata: { execution: 'OUTCOME_UNKNOWN' },
    });
  });

  test('an unreadable message to a program that runs leaves its outcome unknown', async () => {
    const first = InteractRequest.fromPartial({
      message: { $case: 'program', value: { ...program, code: 'exec cat' } },
    });
    const { error } = await rawCall(port, {
      path: ExecutorServiceService.interact.path,
      bytes: framed(InteractRequest.encode(first).finish()),
      onHeaders: (call) => call.end(framed(undecodable)),
    });
    expect(error).toMatchObject({
      reason: 'MESSAGE_UNREADABLE',
      code: status.INTERNAL,
      metadata: { execution: 'OUTCOME_UNKNOWN' },
    });
  });
});
