import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sh } from '../../../../guest/languages/shells/sh.js';
import { encodeFrame } from '../../../../guest/protocol/frame.js';
import { SandboxPool } from '../../../../guest/server/sandbox/sandbox-pool.js';
import { serveSessions } from '../../../../guest/server/session/session.js';
import { HostFrame } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

/** From a return until the practice run. */
const firstStartMs = 100;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A server that can run no program, how often it was said that the guest may come from a snapshot, and how often it made a practice run. */
async function serve() {
  let hear: (chunk: Uint8Array) => void = () => undefined;
  const server = { returns: 0, practiceRuns: 0, greet, start };
  serveSessions({
    transport: {
      onData: (listener) => {
        hear = listener;
      },
      write: (_bytes, settle) => settle(),
    },
    sandboxes: await SandboxPool.create([]),
    languages: [{ language: sh, version: '' }],
    capacity: 1,
    phaseMemoryBytes: 0,
    fileBytes: 0,
    bootId: 'boot',
    serverVersion: '1',
    onReturn: () => {
      server.returns += 1;
    },
    practise: () => {
      server.practiceRuns += 1;
    },
  });
  function say(session: number, body: Parameters<typeof HostFrame.fromPartial>[0]['body']): void {
    const frame = HostFrame.fromPartial({ generation: 1, session, body });
    hear(encodeFrame(HostFrame.encode(frame).finish(), new Uint8Array()));
  }
  function greet({ session, clockErrorMs = 0 }: { session: number; clockErrorMs?: number }): void {
    const timeUs = BigInt(Date.now() - clockErrorMs) * 1000n;
    say(session, { $case: 'hello', value: { timeUs } });
  }
  /** The program whose code never comes. */
  function start({ session }: { session: number }): void {
    const files = [{ bytes: 1 }];
    const value = { execution: 1, language: 'sh', sourceBytes: 1, files, wallLimitMs: 60_000 };
    say(session, { $case: 'start', value });
  }
  return server;
}

it('a guest in its first session with the time of its host comes from no snapshot', async () => {
  const server = await serve();
  server.greet({ session: 1 });
  server.greet({ session: 1 });
  expect(server.returns).toBe(0);
});

it('a guest in another session may come from a snapshot', async () => {
  const server = await serve();
  server.greet({ session: 1 });
  server.greet({ session: 2 });
  expect(server.returns).toBe(1);
});

it('a guest that was saved before its first session is known by its clock, which has stood still', async () => {
  const server = await serve();
  server.greet({ session: 1, clockErrorMs: -5000 });
  expect(server.returns).toBe(1);
});

it('a guest whose clock is ahead of its host comes from no snapshot', async () => {
  const server = await serve();
  server.greet({ session: 1, clockErrorMs: 3_600_000 });
  expect(server.returns).toBe(0);
});

it('a guest that came back and is sent no program makes one practice run', async () => {
  const server = await serve();
  server.greet({ session: 1, clockErrorMs: -5000 });
  await vi.advanceTimersByTimeAsync(firstStartMs - 1);
  expect(server.practiceRuns).toBe(0);
  server.greet({ session: 1 });
  await vi.advanceTimersByTimeAsync(10 * firstStartMs);
  expect(server.practiceRuns).toBe(1);
});

it('a guest that came back and is sent a program makes no practice run', async () => {
  const server = await serve();
  server.greet({ session: 1, clockErrorMs: -5000 });
  server.start({ session: 1 });
  await vi.advanceTimersByTimeAsync(10 * firstStartMs);
  expect(server.practiceRuns).toBe(0);
});

it('a guest that comes from no snapshot makes no practice run', async () => {
  const server = await serve();
  server.greet({ session: 1 });
  await vi.advanceTimersByTimeAsync(10 * firstStartMs);
  expect(server.practiceRuns).toBe(0);
});

it('a guest that is reverted again at once makes one practice run, for the last session', async () => {
  const server = await serve();
  for (const session of [1, 2, 3]) server.greet({ session, clockErrorMs: -5000 });
  await vi.advanceTimersByTimeAsync(10 * firstStartMs);
  expect(server.practiceRuns).toBe(1);
});
