import type { Log } from './log.js';

const intervalMs = 10_000;

/**
 * Keeps what strangers can bring about at will from filling the log: of each kind one line, and 10 s later how many more
 * there were meanwhile.
 */
export class RateLimitedLog {
  readonly #log: Log;
  /** By kind, since its line. */
  readonly #leftOut = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param line.kind one of few: nothing that a stranger makes up */
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
    setTimeout(() => this.#tellLeftOut(level, kind), intervalMs).unref();
  }

  #tellLeftOut(level: 'info' | 'warn' | 'error', kind: string): void {
    const leftOut = this.#leftOut.get(kind) ?? 0;
    this.#leftOut.delete(kind);
    if (leftOut > 0) this.#log[level]({ kind, leftOut }, 'lines of one kind were left out');
  }
}
