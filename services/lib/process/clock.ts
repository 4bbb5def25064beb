// Time as an argument: the clock of this process, and the one way to sleep. Tests pass a clock of their own.

import { waitFor } from './wait-for.js';

/** Where logic gets its time from. */
export interface Clock {
  /** Milliseconds since the Unix epoch, fractions included. Never steps, unlike the time of day. */
  nowMs(): number;
  /** Calls back once, after `delayMs`. What it returns cancels that. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/**
 * The clock of this process. It does not follow a step of the host's time of day: a step would look like silence of
 * every machine.
 */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or as soon as the signal is aborted. Never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (delayMs <= 0) return Promise.resolve();
  return waitFor(signal, (settle) => clock.schedule(delayMs, settle));
}
