// Waits until a domain is idle, so that a snapshot of it holds no work that is half done.

import { type Clock, sleep } from '../lib/process/clock.js';
import type { Hypervisor } from './hypervisor.js';

const sampleIntervalMs = 500;

/** Part of one processor. An idle guest that is probed each second uses a fifth of it under emulation. */
const idleShare = 0.1;

/** In a row: a pause in the middle of work is not its end. */
const idleSamples = 2;

const maxWaitMs = 30_000;

/**
 * Waits until a domain is idle, for at most 30 s. Work that is half done when a snapshot is taken would be done again
 * after each revert, and delay the next program.
 *
 * @returns whether the domain is idle
 * @throws HypervisorError
 */
export async function quiesce(
  hypervisor: Hypervisor,
  domain: string,
  clock: Clock,
): Promise<boolean> {
  const giveUpAtMs = clock.nowMs() + maxWaitMs;
  let last = await sample(hypervisor, domain, clock);
  for (let idle = 0; idle < idleSamples; ) {
    if (clock.nowMs() >= giveUpAtMs) return false;
    await sleep(clock, sampleIntervalMs);
    const next = await sample(hypervisor, domain, clock);
    const share = (next.usedMs - last.usedMs) / Math.max(1, next.timeMs - last.timeMs);
    idle = share < idleShare ? idle + 1 : 0;
    last = next;
  }
  return true;
}

async function sample(hypervisor: Hypervisor, domain: string, clock: Clock) {
  const timeMs = clock.nowMs();
  const usedNs = await hypervisor.processorTimeNs(domain);
  return { timeMs, usedMs: Number(usedNs ?? 0n) / 1e6 };
}
