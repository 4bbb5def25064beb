// How far the guest has come with an execution, and which of its reports make sense at each point. Pure.
//
//   starting --> compiling --> between phases --> running --> sending files --> ending
//       |                                               ^    |                         ^
//       +-----------------------------------------------+    +-------------------------+
//
// A program that does not compile ends between its phases. An execution that a limit ends may end at any point.

import type { Limit, Phase } from './result.js';

/**
 * - `starting`: the guest has the program, no phase has started
 * - `compiling`, `running`: a phase is under way
 * - `between phases`: the compiler has ended; the run or the end follows
 * - `sending files`: the run has ended, files may come; the client waits for them unless a limit has ended the run
 * - `ending`: nothing but the guest's end is missing
 */
export type Progress =
  | { readonly at: 'starting' }
  | { readonly at: 'compiling'; readonly startedAtMs: number }
  | { readonly at: 'between phases'; readonly compileLimit: Limit | undefined }
  | {
      readonly at: 'running';
      readonly startedAtMs: number;
      readonly compileLimit: Limit | undefined;
    }
  | { readonly at: 'sending files'; readonly areAwaited: boolean }
  | { readonly at: 'ending' };

/** A phase that is ended with a limit, without the guest's report. */
export interface CutPhase {
  readonly phase: Phase;
  readonly limit: Limit;
  readonly wallTimeMs: number;
}

/** The guest has reported something that makes no sense at this point. */
export class ExecutionOrderError extends Error {
  override readonly name = 'ExecutionOrderError';
}

/** The phase that is under way. */
export function phaseUnderWay({ at }: Progress): Phase | undefined {
  if (at === 'compiling') return 'compile';
  return at === 'running' ? 'run' : undefined;
}

/** @throws ExecutionOrderError */
export function startPhase(progress: Progress, phase: Phase, nowMs: number): Progress {
  if (phase === 'compile' && progress.at === 'starting') {
    return { at: 'compiling', startedAtMs: nowMs };
  }
  if (phase === 'run' && progress.at === 'starting') {
    return { at: 'running', startedAtMs: nowMs, compileLimit: undefined };
  }
  if (phase === 'run' && progress.at === 'between phases') {
    return { at: 'running', startedAtMs: nowMs, compileLimit: progress.compileLimit };
  }
  throw new ExecutionOrderError(`an execution that is ${progress.at} can't start its ${phase}`);
}

/**
 * @param limit that has ended the phase
 * @throws ExecutionOrderError
 */
export function endPhase(
  progress: Progress,
  phase: Phase,
  { limit, hasFiles }: { limit: Limit | undefined; hasFiles: boolean },
): Progress {
  if (phaseUnderWay(progress) !== phase) throw new ExecutionOrderError(`${phase} has not begun`);
  if (phase === 'compile') return { at: 'between phases', compileLimit: limit };
  // A program that a limit has ended has no files to give.
  return hasFiles ? { at: 'sending files', areAwaited: limit === undefined } : { at: 'ending' };
}

/** @throws ExecutionOrderError */
export function checkFileMayCome(progress: Progress): void {
  if (progress.at !== 'sending files') throw new ExecutionOrderError('a file that is not awaited');
}

/** @throws ExecutionOrderError */
export function endFiles(progress: Progress): Progress {
  if (progress.at === 'sending files') return { at: 'ending' };
  throw new ExecutionOrderError('an end of files out of order');
}

/**
 * The phase that is cut off where an execution ends now. With a limit the phase under way ends with it, and so does the
 * phase that was to come, unless an earlier one has reported its limit: a program that was stopped always says why.
 * Without a limit an execution ends only after a phase: a result must not hide what was cut off.
 *
 * @throws ExecutionOrderError
 */
export function cutOff(
  progress: Progress,
  limit: Limit | undefined,
  nowMs: number,
): CutPhase | undefined {
  switch (progress.at) {
    case 'compiling':
    case 'running': {
      if (limit === undefined) throw endTooEarly(progress);
      const phase = progress.at === 'compiling' ? 'compile' : 'run';
      return { phase, limit, wallTimeMs: nowMs - progress.startedAtMs };
    }
    case 'starting':
      if (limit === undefined) throw endTooEarly(progress);
      return { phase: 'run', limit, wallTimeMs: 0 };
    case 'between phases':
      if (limit === undefined || progress.compileLimit !== undefined) return undefined;
      return { phase: 'run', limit, wallTimeMs: 0 };
    case 'sending files':
    case 'ending':
      return undefined;
  }
}

function endTooEarly({ at }: Progress): ExecutionOrderError {
  return new ExecutionOrderError(`an execution that is ${at} can't end by itself`);
}
