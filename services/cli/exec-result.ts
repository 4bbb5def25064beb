// What vm-exec makes of the result of a program: an exit code, and a line of its log.

import { signalNumber } from '../../guest/protocol/signals.js';
import { type ExecutionResult, Limit, Phase } from '../gen/pbot/vm/v1/executor.js';
import { durationFromMs, durationToMs } from '../lib/config/duration.js';

/** Exit codes of vm-exec that are not the program's. `fileNotWritten`: as `sysexits.h` has it for input and output. */
export const exitCodes = { fileNotWritten: 74, limit: 124, notRun: 125, interrupted: 130 } as const;

/** The exit code of vm-exec after a program has run. */
export function exitCodeOf(result: ExecutionResult): number {
  const last = result.run ?? result.compile;
  if (last === undefined || last.limit !== Limit.UNSPECIFIED) return exitCodes.limit;
  switch (last.outcome?.$case) {
    case 'exitCode':
      return last.outcome.value;
    case 'signal':
      return 128 + (signalNumber(last.outcome.value) ?? 0);
    case undefined:
      return exitCodes.limit;
  }
}

/** One line about each phase of a program. */
export function describeResult(result: ExecutionResult): string {
  const phases = [
    ['compile', result.compile],
    ['run', result.run],
  ] as const;
  return phases
    .flatMap(([name, phase]) => {
      if (phase === undefined) return [];
      const wallMs = Math.round(durationToMs(phase.wallTime ?? durationFromMs(0)));
      const limit = phase.limit === Limit.UNSPECIFIED ? '' : `, ended by ${limitName(phase.limit)}`;
      const outcome = phase.outcome === undefined ? '' : `, ${String(phase.outcome.value)}`;
      return [`${name}: ${wallMs} ms${outcome}${limit}`];
    })
    .join('; ');
}

/** The name of a phase, for a log. */
export function nameOf(phase: Phase): string {
  return phase === Phase.COMPILE ? 'compile' : 'run';
}

function limitName(limit: Limit): string {
  return Limit[limit].toLowerCase().replace('_', ' ');
}
