// How much of something may be used: so much at once, and so much more each second.

export interface Rate {
  /** What may be used at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket. Time is an argument. */
export class Allowance {
  readonly #rate: Rate;
  #left: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#atMs = nowMs;
  }

  /** Uses some of it. `false` where there is not enough; nothing is used then. */
  take(count: number, nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#rate.perSecond;
    this.#atMs = nowMs;
    this.grant(earned);
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** Adds to it, up to the burst. */
  grant(count: number): void {
    this.#left = Math.min(this.#rate.burst, this.#left + count);
  }
}
