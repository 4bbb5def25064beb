// A log that strangers can not fill: one line of each kind in 10 s.

import type { Log } from './log.js';

const intervalMs = 10_000;

/**
 * Keeps events that strangers can cause at will from filling the log. Each kind has one line, and 10 s later one more with
 * the number of lines that were left out.
 */
export class RateLimitedLog {
  readonly #log: Log;
  /** Lines of each kind since the one that was written. */
  readonly #leftOut = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param line.kind one of few: no text that a stranger chooses */
  write(
    level: 'info' | 'warn' | 'error',
    line: { kind: string; details: object; message: string },
  ): void {
    const { kind, details, message } = line;
    const leftOut = this.#leftOut.get(kind);
    if (leftOut !== undefined) {
      this.#leftOut.set(kind, leftOut + 1);
      return;
    }
    this.#log[level](details, message);
    this.#leftOut.set(kind, 0);
    setTimeout(() => this.#reportLeftOut(level, kind), intervalMs).unref();
  }

  #reportLeftOut(level: 'info' | 'warn' | 'error', kind: string): void {
    const leftOut = this.#leftOut.get(kind) ?? 0;
    this.#leftOut.delete(kind);
    if (leftOut > 0) this.#log[level]({ kind, leftOut }, 'lines of one kind were left out');
  }
}
