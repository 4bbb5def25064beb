// Polls until a condition holds.

import { setTimeout as sleep } from 'node:timers/promises';

/** Nobody waits so long on a quiet host. A test has 60 s, and this must end before it, because it says for what. */
const patienceMs = 45_000;

/**
 * Polls until the condition gives a value other than `undefined` and `false`.
 *
 * @throws Error with the description after `timeoutMs`
 */
export async function waitFor<T>(
  description: string,
  condition: () => T | Promise<T>,
  timeoutMs = patienceMs,
  intervalMs = 20,
): Promise<Exclude<Awaited<T>, undefined | false>> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) {
      return value as Exclude<Awaited<T>, undefined | false>;
    }
    if (Date.now() > giveUpAt) throw new Error(`gave up waiting for ${description}`);
    await sleep(intervalMs);
  }
}
