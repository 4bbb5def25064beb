// Spreads work that strangers cause over the turns of the event loop, so that everybody else has a turn in between.

/** Work that waits for its turn, first come first served. */
export class Turns {
  readonly #paceMs: number;
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** @param options.paceMs time between two pieces of work while others wait; by default none but the turns of others */
  constructor({ paceMs = 0 } = {}) {
    this.#paceMs = paceMs;
  }

  /** Does one piece of work, in a turn of the event loop that it shares with no other piece. */
  take(work: () => void): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    const work = () => this.#work();
    if (this.#paceMs > 0 && this.#waiting.length > 1) setTimeout(work, this.#paceMs);
    else setImmediate(work);
  }

  #work(): void {
    this.#isScheduled = false;
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

/**
 * Sockets that have much to say: together they are read for 64 MiB a second at most, in pieces of 128 KiB. What comes
 * faster is garbage at the same rate, and its collection would hold everybody up. One alone does not wait.
 */
export const readingTurns = new Turns({ paceMs: 2 });
