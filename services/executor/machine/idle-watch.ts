// Finds out whether a machine is busy although it runs no execution.

/** Share of one processor from which on a machine counts as busy. The clock and the heart of an idle one take a tenth. */
const busyShare = 0.5;

/** Looks in a row: what an execution left to do, such as arming workers, is done by then. */
const looksUntilBusy = 2;

/**
 * Finds out whether a machine uses its processors while it runs nothing: then something has outlived its execution. Knows
 * neither clocks nor machines: it is told of work and of looks.
 */
export class IdleWatch {
  #hasWorked = true;
  #busyLooks = 0;
  #lastLookMs = 0;

  /** An execution began or ended. */
  noteWork(): void {
    this.#hasWorked = true;
  }

  /**
   * Takes a look at the load between this and the last one; one that was seen before counts once.
   *
   * @param look.isRunning an execution is under way
   * @returns whether the machine is busy with something of its own
   */
  take(look: { share: number; measuredAtMs: number; isRunning: boolean }): boolean {
    if (look.measuredAtMs === this.#lastLookMs) return false;
    this.#lastLookMs = look.measuredAtMs;
    const wasIdle = !this.#hasWorked && !look.isRunning;
    this.#hasWorked = false;
    this.#busyLooks = wasIdle && look.share >= busyShare ? this.#busyLooks + 1 : 0;
    if (this.#busyLooks < looksUntilBusy) return false;
    this.#busyLooks = 0;
    return true;
  }
}
