import { expect, it } from 'vitest';
import { encodeFrame } from '../../../../guest/protocol/frame.js';
import { SandboxPool } from '../../../../guest/server/sandbox/sandbox-pool.js';
import { serveSessions } from '../../../../guest/server/session/session.js';
import { HostFrame } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

/** A server that no program is given to, and how often it was said that the guest may come from a snapshot. */
async function serve() {
  let hear: (chunk: Uint8Array) => void = () => undefined;
  const server = { returns: 0, greet };
  serveSessions({
    transport: {
      onData: (listener) => {
        hear = listener;
      },
      write: (_bytes, settle) => settle(),
    },
    sandboxes: await SandboxPool.create([]),
    languages: [],
    capacity: 1,
    phaseMemoryBytes: 0,
    fileBytes: 0,
    bootId: 'boot',
    serverVersion: '1',
    onReturn: () => {
      server.returns += 1;
    },
  });
  function greet({ session, clockErrorMs = 0 }: { session: number; clockErrorMs?: number }): void {
    const timeUs = BigInt(Date.now() - clockErrorMs) * 1000n;
    const hello = HostFrame.fromPartial({
      generation: 1,
      session,
      body: { $case: 'hello', value: { timeUs } },
    });
    hear(encodeFrame(HostFrame.encode(hello).finish(), new Uint8Array()));
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
