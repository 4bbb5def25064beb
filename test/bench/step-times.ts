// How long each step of an image's build takes.

import type { OnProgress } from '../../deploy/host/image/progress.js';
import { printTable } from './statistics.js';

/** Adds up the time between one report of the builder and the next, by step. */
export class StepTimes {
  readonly #seconds = new Map<string, number>();
  #step = 'Preparing';
  #sinceMs = performance.now();

  readonly onProgress: OnProgress = ({ step }) => {
    this.#count();
    // Without the size of what is downloaded, which differs from layer to layer.
    this.#step = step.replace(/ \(.*\)$/, '');
  };

  /** @returns all seconds */
  print(title: string): number {
    this.#count();
    const total = [...this.#seconds.values()].reduce((sum, each) => sum + each, 0);
    const rows = [...this.#seconds, ['all', total] as const];
    printTable(
      title,
      ['step', 'seconds'],
      rows.map(([step, seconds]) => [step, seconds.toFixed(1)]),
    );
    return Math.round(total);
  }

  #count(): void {
    const nowMs = performance.now();
    const before = this.#seconds.get(this.#step) ?? 0;
    this.#seconds.set(this.#step, before + (nowMs - this.#sinceMs) / 1000);
    this.#sinceMs = nowMs;
  }
}
