/** Lets one task a key run at a time. The others wait, first come first served. */
export class KeyedMutex {
  /** A key is here while a task of it runs; the set holds who waits for it. */
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #idleListeners: (() => void)[] = [];

  /**
   * Runs the task when its turn has come. The signal takes it out of the queue; a task that has begun isn't stopped.
   *
   * @throws the signal's reason, or what the task throws
   */
  async take<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
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

  #enter(key: string, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, new Set());
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const admit = () => {
        signal.removeEventListener('abort', withdraw);
        resolve();
      };
      const withdraw = () => {
        waiting.delete(admit);
        signal.removeEventListener('abort', withdraw);
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      waiting.add(admit);
      signal.addEventListener('abort', withdraw);
    });
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
