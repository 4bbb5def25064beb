// Repeats a call that has started nothing, for as long as a person waits. A call that may have run is never repeated.

import { backoff } from '../lib/process/back-off.js';
import { type Clock, sleep, systemClock } from '../lib/process/clock.js';
import { RpcError } from '../lib/rpc/error.js';

/** An Executor that restarts, a machine that reverts and a full queue of short programs are over by then. */
export const retryBounds = { forMs: 5000, maxAttempts: 12 } as const;

/** The Executor asks for longer delays where it knows them. */
const delays = { minMs: 100, maxMs: 1000 } as const;

/**
 * Attempts something, and attempts it again while its errors say that nothing was started.
 *
 * @param attempt calls `onHeaders` when the service has taken the call. From then on it is repeated only where the service says
 *   that it has started nothing.
 * @param options.signal ends the waiting between attempts
 * @throws the error of the last attempt
 */
export async function retryUnstarted<T>(
  attempt: (onHeaders: () => void) => Promise<T>,
  options: { clock?: Clock; signal?: AbortSignal } = {},
): Promise<T> {
  const { clock = systemClock, signal } = options;
  const beganMs = clock.nowMs();
  const delay = backoff(delays);
  for (let attempts = 1; ; attempts += 1) {
    let hasHeaders = false;
    try {
      return await attempt(() => {
        hasHeaders = true;
      });
    } catch (error) {
      if (!(error instanceof RpcError) || !isUnstarted(error, hasHeaders)) throw error;
      const delayMs = Math.max(delay.next(), error.retryDelayMs ?? 0);
      const isTooLate = clock.nowMs() + delayMs > beganMs + retryBounds.forMs;
      if (isTooLate || attempts >= retryBounds.maxAttempts) throw error;
      await sleep(clock, delayMs, signal);
      if (signal?.aborted === true) throw error;
    }
  }
}

/**
 * Whether an error says that nothing was started, and that the same call may work later: the service says so, or no service
 * has answered, and none has taken the call.
 */
function isUnstarted(error: RpcError, hasHeaders: boolean): boolean {
  if (error.isOfConnection) return !hasHeaders;
  return error.metadata['execution'] === 'NOT_STARTED' && error.retryDelayMs !== undefined;
}
