import { describe, expect, it } from 'vitest';
import { quiesce } from '../../../services/snapshot/quiesce.js';
import { FakeHypervisor } from './fake-hypervisor.js';

/** A domain that uses this part of a processor in each half second, the last one for ever; and how long it was waited for. */
async function waitFor(shares: readonly number[]): Promise<{ isQuiet: boolean; waitedMs: number }> {
  const hypervisor = new FakeHypervisor({ state: 'running' });
  let nowMs = 0;
  let usedMs = 0;
  hypervisor.processorTimeNs = () => Promise.resolve(BigInt(Math.round(usedMs * 1e6)));
  let turn = 0;
  const sleep = (ms: number) => {
    usedMs += ms * (shares[Math.min(turn, shares.length - 1)] ?? 0);
    turn += 1;
    nowMs += ms;
    return Promise.resolve();
  };
  const isQuiet = await quiesce(hypervisor, 'pbot-vm', { nowMs: () => nowMs, sleep });
  return { isQuiet, waitedMs: nowMs };
}

describe('a domain', () => {
  it('that does nothing is looked at for a second', async () => {
    await expect(waitFor([0.02])).resolves.toEqual({ isQuiet: true, waitedMs: 1000 });
  });

  it('that works is waited for', async () => {
    await expect(waitFor([1, 0.8, 0.3, 0.02])).resolves.toEqual({ isQuiet: true, waitedMs: 2500 });
  });

  it('that only pauses in its work is not quiet', async () => {
    const shares = [1, 0, 1, 0, 0];
    await expect(waitFor(shares)).resolves.toEqual({ isQuiet: true, waitedMs: 2500 });
  });

  it('that never comes to rest is waited for half a minute', async () => {
    await expect(waitFor([0.5])).resolves.toEqual({ isQuiet: false, waitedMs: 30_000 });
  });
});
