// Waiting until a domain is idle.

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../services/lib/process/clock.js';
import { quiesce } from '../../../services/snapshot/quiesce.js';
import { FakeHypervisor } from './fake-hypervisor.js';

/** A domain that uses this part of a processor in each half second, the last one for ever; and how long the wait took. */
async function waitFor(shares: readonly number[]): Promise<{ isIdle: boolean; waitedMs: number }> {
  const hypervisor = new FakeHypervisor({ state: 'running' });
  let nowMs = 0;
  let usedMs = 0;
  hypervisor.processorTimeNs = () => Promise.resolve(BigInt(Math.round(usedMs * 1e6)));
  let turn = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    schedule(ms, callback) {
      usedMs += ms * (shares[Math.min(turn, shares.length - 1)] ?? 0);
      turn += 1;
      nowMs += ms;
      queueMicrotask(callback);
      return () => undefined;
    },
  };
  const isIdle = await quiesce(hypervisor, 'pbot-vm', clock);
  return { isIdle, waitedMs: nowMs };
}

describe('quiesce', () => {
  it('a domain that does nothing is idle after one second', async () => {
    await expect(waitFor([0.02])).resolves.toEqual({ isIdle: true, waitedMs: 1000 });
  });

  it('a domain that works delays the snapshot until its work is over', async () => {
    await expect(waitFor([1, 0.8, 0.3, 0.02])).resolves.toEqual({ isIdle: true, waitedMs: 2500 });
  });

  it('a domain that only pauses in its work is not idle', async () => {
    const shares = [1, 0, 1, 0, 0];
    await expect(waitFor(shares)).resolves.toEqual({ isIdle: true, waitedMs: 2500 });
  });

  it('a domain that is never idle delays the snapshot by half a minute', async () => {
    await expect(waitFor([0.5])).resolves.toEqual({ isIdle: false, waitedMs: 30_000 });
  });
});
