// Counts the executions that occupy slots of one machine.

export class OccupiedSlots {
  #count = 0;
  readonly #onIdle: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  occupy(): void {
    this.#count += 1;
  }

  vacate(): void {
    this.#count -= 1;
  }

  /** Resolves when nothing runs any more. Each execution has a deadline, so that comes. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Lets those go on that wait for `idle`. */
  reportIdle(): void {
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
