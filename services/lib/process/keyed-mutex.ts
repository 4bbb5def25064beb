// A mutex for each key, with a queue that a caller may leave.

import { waitFor } from './wait-for.js';

/** Runs one task at a time for each key. The others wait, first come first served. */
export class KeyedMutex {
  /** A key is here while a task of it runs. The set holds the tasks that wait. */
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #idleListeners: (() => void)[] = [];

  /**
   * Runs the task when the key is free. The signal takes a task out of the queue; it does not stop one that has begun.
   *
   * @throws the signal's reason, or what the task throws
   */
  async run<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    await this.#enter(key, signal);
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#leave(key);
    }
  }

  /** Resolves when no task runs or waits. */
  async idle(): Promise<void> {
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
  }

  /** @throws the signal's reason where it is aborted before the key is free */
  async #enter(key: string, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, new Set());
      return;
    }
    let isAdmitted = false;
    await waitFor(signal, (settle) => {
      const admit = () => {
        isAdmitted = true;
        settle();
      };
      waiting.add(admit);
      return () => waiting.delete(admit);
    });
    if (!isAdmitted) signal.throwIfAborted();
  }

  #leave(key: string): void {
    const waiting = this.#waiting.get(key);
    const [next] = waiting ?? [];
    if (next === undefined) {
      this.#waiting.delete(key);
      if (this.#waiting.size > 0) return;
      for (const settle of this.#idleListeners.splice(0)) settle();
    } else {
      waiting?.delete(next);
      next();
    }
  }
}
