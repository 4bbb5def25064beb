// The limits of one token: how fast executions may begin, and how many may be under way. Pure.

import type { Rate } from './tokens.js';

export interface QuotaLimits {
  readonly rate: Rate | undefined;
  readonly concurrency: number | undefined;
}

export type QuotaVerdict =
  | { readonly kind: 'granted' }
  /** `retryMs`: when there is one to be had, if nobody else takes it. */
  | { readonly kind: 'too fast'; readonly retryMs: number }
  | { readonly kind: 'too many'; readonly limit: number };

/** What one client has used of its limits. Time comes in as an argument. */
export class Quota {
  #limits: QuotaLimits;
  #saved: number;
  #savedAtMs: number;
  #underWay = 0;

  constructor(limits: QuotaLimits, nowMs: number) {
    this.#limits = limits;
    this.#saved = limits.rate?.burst ?? 0;
    this.#savedAtMs = nowMs;
  }

  /** Other limits from now on. What was used stays used. */
  change(limits: QuotaLimits, nowMs: number): void {
    this.#save(nowMs);
    // Whoever had no rate has nothing saved, and begins as a new client does.
    if (this.#limits.rate === undefined) this.#saved = limits.rate?.burst ?? 0;
    this.#limits = limits;
    this.#save(nowMs);
  }

  /** What is granted is to be given back by `release` when it is over. A refusal uses nothing up. */
  take(nowMs: number): QuotaVerdict {
    const { rate, concurrency } = this.#limits;
    if (concurrency !== undefined && this.#underWay >= concurrency) {
      return { kind: 'too many', limit: concurrency };
    }
    if (rate !== undefined) {
      this.#save(nowMs);
      if (this.#saved < 1) {
        return {
          kind: 'too fast',
          retryMs: Math.ceil(((1 - this.#saved) / rate.perSecond) * 1000),
        };
      }
      this.#saved -= 1;
    }
    this.#underWay += 1;
    return { kind: 'granted' };
  }

  release(): void {
    this.#underWay -= 1;
  }

  #save(nowMs: number): void {
    const { rate } = this.#limits;
    const elapsedMs = Math.max(0, nowMs - this.#savedAtMs);
    this.#savedAtMs = nowMs;
    if (rate === undefined) return;
    this.#saved = Math.min(rate.burst, this.#saved + (elapsedMs / 1000) * rate.perSecond);
  }
}
