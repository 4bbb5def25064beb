// The phases of an execution: in their order, each with its argv, and what is reported of the end of each.

import {
  type Limit,
  Phase,
  type PhaseFinished,
  type Start,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../../languages/language.js';
import type { Outcome, Usage } from '../supervisor/worker-end.js';
import { checkCommand, compileCommand, runCommand } from './command.js';
import type { Inspector } from './inspector.js';
import { sourcePathsOf } from './source-files.js';

/** A phase that is due. */
export interface PlannedPhase {
  readonly phase: Phase;
  readonly command: readonly string[];
  /** It is to leave a program, which the next phase runs. */
  readonly makesProgram: boolean;
}

/**
 * Languages without a compiler have one phase, or a check before it.
 *
 * @param program path of what is built
 * @param inspector that looks at the program
 */
export function phasesOf(
  start: Start,
  language: Language,
  program: string,
  inspector?: Pick<Inspector, 'compileCommand' | 'runCommand'>,
): PlannedPhase[] {
  const commandLine = {
    files: sourcePathsOf(start, language),
    options: start.options,
    arguments: start.arguments,
    program,
    environment: start.environment,
  };
  const compile = compileCommand(language, commandLine);
  const run = runCommand(language, commandLine);
  const command = inspector?.runCommand(run) ?? run;
  const last = { phase: Phase.RUN, command, makesProgram: false };
  if (compile !== undefined) {
    const built = inspector?.compileCommand(compile) ?? compile;
    return [{ phase: Phase.COMPILE, command: built, makesProgram: true }, last];
  }
  const check = start.check ? checkCommand(language, commandLine) : undefined;
  return check === undefined
    ? [last]
    : [{ phase: Phase.COMPILE, command: check, makesProgram: false }, last];
}

/** The report to the host about the end of a phase. */
export function phaseFinished(end: {
  execution: number;
  phase: Phase;
  outcome: Outcome;
  limit: Limit;
  wallTimeUs: bigint;
  usage: Usage;
  /** Of an inspection; empty: none. */
  report: string;
}): PhaseFinished {
  const { execution, phase, outcome, limit, wallTimeUs, usage, report } = end;
  return {
    execution,
    phase,
    outcome:
      outcome.kind === 'exited'
        ? { $case: 'exitCode', value: outcome.exitCode }
        : { $case: 'signal', value: outcome.signal },
    limit,
    wallTimeUs,
    cpuUserUs: BigInt(usage.cpuUserUs),
    cpuSystemUs: BigInt(usage.cpuSystemUs),
    peakMemoryBytes: BigInt(usage.peakMemoryBytes),
    peakProcesses: usage.peakProcesses,
    report,
  };
}
