// Spreads work that strangers cause over the turns of the event loop, so that everybody else has a turn in between.

/** Work that waits for its turn, first come first served. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #next: NodeJS.Immediate | undefined;

  /** Does one piece of work, in a turn of the event loop that it shares with no other piece. */
  take(work: () => void): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#waiting.length > 0) this.#next ??= setImmediate(() => this.#work());
  }

  #work(): void {
    this.#next = undefined;
    const work = this.#waiting.shift();
    try {
      work?.();
    } finally {
      this.#schedule();
    }
  }
}

/** All connections of this process share its one event loop, and so its turns. */
export const turns = new Turns();
