// Which executions a repeated request may join, and how long and how many results are kept for that. Pure.

/** How long a result is kept after its end. */
export const keptMs = 60_000;

/** Results that are kept at one time, however small they are. */
const maxKept = 1000;

export type Finding<E> =
  /** There is none of that key: the request has to run. */
  | { readonly kind: 'none' }
  /** It runs, or its result is kept. */
  | { readonly kind: 'joined'; readonly execution: E }
  /** The key stands for another program. */
  | { readonly kind: 'other program' };

interface Entry<E> {
  readonly digest: string;
  readonly execution: E;
  /** Absent while it runs. */
  readonly end?: { readonly bytes: number; readonly atMs: number };
}

/**
 * Executions by the key of their requests. What runs stays. What has ended is kept for a while, as long as all that is
 * kept fits into the budget; the oldest ends go first.
 */
export class Repeats<E> {
  readonly #maxBytes: number;
  readonly #running = new Map<string, Entry<E>>();
  /** The oldest end is the first. */
  readonly #kept = new Map<string, Required<Entry<E>>>();
  #keptBytes = 0;

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Of the results that are kept. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  find(key: string, digest: string, nowMs: number): Finding<E> {
    this.expire(nowMs);
    const entry = this.#running.get(key) ?? this.#kept.get(key);
    if (entry === undefined) return { kind: 'none' };
    if (entry.digest !== digest) return { kind: 'other program' };
    return { kind: 'joined', execution: entry.execution };
  }

  /** To be called where `find` has found none. */
  begin(key: string, digest: string, execution: E): void {
    this.#running.set(key, { digest, execution });
  }

  /** Nothing of it has run: the next request of that key runs. */
  forget(key: string): void {
    this.#running.delete(key);
  }

  /** Keeps the result of an execution that runs. */
  end(key: string, bytes: number, nowMs: number): void {
    const entry = this.#running.get(key);
    if (entry === undefined) return;
    this.#running.delete(key);
    this.#kept.set(key, { ...entry, end: { bytes, atMs: nowMs } });
    this.#keptBytes += bytes;
    this.expire(nowMs);
  }

  /** Drops what is kept no longer. */
  expire(nowMs: number): void {
    for (const [key, { end }] of this.#kept) {
      const isOver = end.atMs + keptMs <= nowMs;
      const isTooMuch = this.#keptBytes > this.#maxBytes || this.#kept.size > maxKept;
      if (!isOver && !isTooMuch) return;
      this.#kept.delete(key);
      this.#keptBytes -= end.bytes;
    }
  }
}
