// What a program undoes when it stops, in reverse order.

/** Steps that undo what was set up: last in, first out, each at most once. */
export class CleanupStack {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  /**
   * Runs every step, however many fail; a second call waits for the first.
   *
   * @throws AggregateError of what the steps threw
   */
  run(): Promise<void> {
    this.#running ??= this.#runSteps();
    return this.#running;
  }

  async #runSteps(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'clean-up failed');
  }
}
