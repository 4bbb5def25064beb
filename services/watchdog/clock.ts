/** Where the Watchdog's logic gets its time from. */
export interface Clock {
  /** Milliseconds since the Unix epoch, fractions included. Never steps, unlike the time of day. */
  nowMs(): number;
  /** Calls back once, after `delayMs`. What it returns calls that off. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/**
 * The clock of this process. A step of the host's time of day after the start is not followed: it would look like
 * silence of every machine.
 */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or as soon as the signal is aborted. Never rejects. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || delayMs <= 0) return resolve();
    const settle = () => {
      cancel();
      signal.removeEventListener('abort', settle);
      resolve();
    };
    const cancel = clock.schedule(delayMs, settle);
    signal.addEventListener('abort', settle);
  });
}
