// How long to wait between attempts that fail: twice as long each time, up to a maximum.

export interface Backoff {
  /** The delay before the next attempt. */
  next(): number;
  /** After a success: the next delay is the first one again. */
  reset(): void;
}

/**
 * Delays of `minMs`, twice that, four times that and so on, at most `maxMs`.
 *
 * @param bounds.firstMs the first delay, where it differs: 0 for a first attempt again at once
 */
export function backoff(bounds: { firstMs?: number; minMs: number; maxMs: number }): Backoff {
  const { minMs, maxMs, firstMs = minMs } = bounds;
  let delayMs = firstMs;
  return {
    next() {
      const current = delayMs;
      delayMs = Math.min(maxMs, Math.max(minMs, 2 * current));
      return current;
    },
    reset() {
      delayMs = firstMs;
    },
  };
}
