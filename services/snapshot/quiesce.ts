import type { Hypervisor } from './hypervisor.js';

/** Time, as far as it is waited for. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

const lookIntervalMs = 500;

/** Part of one processor. An idle guest that is probed each second uses a fifth of it under emulation. */
const quietShare = 0.1;

/** A pause in the middle of work is not its end. */
const quietLooks = 2;

const patienceMs = 30_000;

/**
 * Waits until a domain does next to nothing: what is half done when a snapshot is taken is done again after each revert, and
 * the next program waits for it. A domain that does not come to rest is waited for 30 s.
 *
 * @returns whether it is quiet
 * @throws HypervisorError
 */
export async function quiesce(
  hypervisor: Hypervisor,
  domain: string,
  clock: Clock,
): Promise<boolean> {
  const giveUpAtMs = clock.nowMs() + patienceMs;
  let last = await look(hypervisor, domain, clock);
  for (let quiet = 0; quiet < quietLooks; ) {
    if (clock.nowMs() >= giveUpAtMs) return false;
    await clock.sleep(lookIntervalMs);
    const next = await look(hypervisor, domain, clock);
    const share = (next.usedMs - last.usedMs) / Math.max(1, next.timeMs - last.timeMs);
    quiet = share < quietShare ? quiet + 1 : 0;
    last = next;
  }
  return true;
}

async function look(hypervisor: Hypervisor, domain: string, clock: Clock) {
  const timeMs = clock.nowMs();
  const usedNs = await hypervisor.processorTimeNs(domain);
  return { timeMs, usedMs: Number(usedNs ?? 0n) / 1e6 };
}
