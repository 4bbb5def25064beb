// Runs one fuzz target until its time is over or it fails.

import fc from 'fast-check';
import type { Target } from './targets/target.js';

/** What came of one target. */
export interface TargetReport {
  readonly target: Target;
  readonly runs: number;
  /** What failed, made as small as it gets. */
  readonly failure: string | undefined;
}

export interface FuzzOptions {
  readonly target: Target;
  readonly seed: number;
  readonly durationMs: number;
  /** Aborted when it is to end early. */
  readonly signal: AbortSignal;
  readonly onProgress: (runs: number) => void;
}

/** Runs between two looks at the clock and the signal. */
const runsPerRound = 50;

/** Tries to break a target until the time is over or it is broken. */
export async function fuzz(options: FuzzOptions): Promise<TargetReport> {
  const { target, seed, durationMs, signal, onProgress } = options;
  const endAtMs = performance.now() + durationMs;
  let runs = 0;
  for (let round = 0; !signal.aborted && performance.now() < endAtMs; round += 1) {
    // Each round begins anew: the same seed for all would draw the same again.
    const roundSeed = (seed + round) % 2 ** 31;
    const details = await fc.check(target.property, { seed: roundSeed, numRuns: runsPerRound });
    runs += details.numRuns;
    if (details.failed) {
      const again = `At once again: --target ${target.name} --seed ${roundSeed}`;
      const failure = `${again}\n${fc.defaultReportMessage(details)}`;
      return { target, runs, failure };
    }
    onProgress(runs);
    // Signals and timers have their turn, where the property leaves them none.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { target, runs, failure: undefined };
}
