// How long machines work on while the Watchdog is away.

import type { Clock } from '../lib/process/clock.js';

/**
 * Without the Watchdog no machine is reverted and no heartbeat is watched. It is restarted in seconds; a machine that
 * nobody has watched for so long gets no new work.
 */
export const maxAbsenceMs = 300_000;

/** What the absence needs of a machine. `Machine` satisfies it. */
interface UnwatchedMachine {
  loseWatchdog(absence: string): void;
  distrust(): void;
}

/** Lets machines work on for a time that runs from the first silence to the next word on the machine. */
export class WatchdogAbsence<M extends UnwatchedMachine> {
  readonly #clock: Clock;
  readonly #cancels = new Map<M, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(machine: M, absence: string): void {
    machine.loseWatchdog(absence);
    if (this.#cancels.has(machine)) return;
    const cancel = this.#clock.schedule(maxAbsenceMs, () => machine.distrust());
    this.#cancels.set(machine, cancel);
  }

  /** The Watchdog knows how the machine is. */
  end(machine: M): void {
    this.#cancels.get(machine)?.();
    this.#cancels.delete(machine);
  }
}
