// Watches the wall time and the processor time of a phase.

import { Limit } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { WorkerLimits } from './limits.js';

/** Shortest time between two looks: each takes the processor from the program. */
const shortestWaitMs = 25;

export interface PhaseWatchOptions {
  readonly limits: WorkerLimits;
  /** Processor time that the phase has used, in microseconds; `undefined`: not known. */
  readonly cpuTimeUs: () => number | undefined;
  /** How many there are to use. */
  readonly processors: number;
  /** Called once, with the first limit that is passed. */
  readonly onPassed: (limit: Limit) => void;
}

/** Watches the times of a phase, from its making to `stop`. */
export class PhaseWatch {
  readonly #options: PhaseWatchOptions;
  #wallTimer: NodeJS.Timeout | undefined;
  #cpuTimer: NodeJS.Timeout | undefined;

  constructor(options: PhaseWatchOptions) {
    this.#options = options;
    const { wallMs, cpuMs } = options.limits;
    if (wallMs > 0) this.#wallTimer = setTimeout(() => this.#pass(Limit.WALL_TIME), wallMs);
    // Nothing is used yet: to look costs an emulated processor most of a millisecond.
    if (cpuMs > 0) this.#lookIn(cpuMs);
  }

  stop(): void {
    clearTimeout(this.#wallTimer);
    clearTimeout(this.#cpuTimer);
  }

  /** Looks again when the limit could be reached at the earliest. */
  #look(): void {
    const { limits, cpuTimeUs } = this.#options;
    const usedUs = cpuTimeUs();
    if (usedUs === undefined) return;
    const leftMs = limits.cpuMs - usedUs / 1000;
    if (leftMs <= 0) {
      this.#pass(Limit.CPU_TIME);
      return;
    }
    this.#lookIn(leftMs);
  }

  #lookIn(leftMs: number): void {
    const waitMs = Math.max(shortestWaitMs, leftMs / this.#options.processors);
    this.#cpuTimer = setTimeout(() => this.#look(), waitMs);
  }

  #pass(limit: Limit): void {
    this.stop();
    this.#options.onPassed(limit);
  }
}
