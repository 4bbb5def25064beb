// Logs once when a collector stops taking what is sent to it, and once when it takes it again.

import type { TelemetryLog } from './plan.js';

export class DeliveryLog {
  readonly #what: string;
  readonly #log: TelemetryLog;
  #isTaken = true;

  /** @param what is sent, in the plural */
  constructor(what: string, log: TelemetryLog) {
    this.#what = what;
    this.#log = log;
  }

  report(isTaken: boolean, error?: Error): void {
    if (isTaken === this.#isTaken) return;
    this.#isTaken = isTaken;
    if (isTaken) {
      this.#log.info(`${this.#what} are taken again`);
      return;
    }
    const reason = error?.message ?? 'no reason given';
    this.#log.warn(`${this.#what} are not taken, and get lost: ${reason}`);
  }
}
