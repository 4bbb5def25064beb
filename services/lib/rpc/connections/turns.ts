// Spreads work that strangers cause over the turns of the event loop, so that everybody else has a turn in between.

/** Between two pieces of work, others have so many times what the first has taken. */
const shareOfOthers = 4;

/** Work that waits for its turn, first come first served. */
export class Turns {
  readonly #now: () => number;
  readonly #isPausedAlone: boolean;
  readonly #waiting: (() => void)[] = [];
  /** When the next piece may begin. */
  #freeAt = 0;
  #isScheduled = false;

  /**
   * @param options.isPausedAlone whether a piece of work waits also where no other does
   * @param options.now a steady clock, in milliseconds
   */
  constructor({ isPausedAlone = true, now = () => performance.now() } = {}) {
    this.#isPausedAlone = isPausedAlone;
    this.#now = now;
  }

  /** Does one piece of work, in a turn of the event loop that it shares with no other piece. All take a fifth of the time together. */
  take(work: () => void): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    const work = () => this.#work();
    const pauseMs = Math.round(this.#freeAt - this.#now());
    const isPaused = this.#isPausedAlone || this.#waiting.length > 1;
    if (pauseMs > 0 && isPaused) setTimeout(work, pauseMs);
    else setImmediate(work);
  }

  #work(): void {
    this.#isScheduled = false;
    const work = this.#waiting.shift();
    const begin = this.#now();
    try {
      work?.();
    } finally {
      const end = this.#now();
      this.#freeAt = end + shareOfOthers * (end - begin);
      this.#schedule();
    }
  }
}

// All connections of this process share its one event loop. Whoever comes does not wait for those that send much or go.

/** Sessions begin. */
export const beginnings = new Turns();

/** What was received is read. One client alone may send as fast as it can. */
export const readings = new Turns({ isPausedAlone: false });

/** Connections end, and unfinished lines with them. */
export const endings = new Turns();
