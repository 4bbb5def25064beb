// How a program is looked at: what its compiler and its run are given for it, and what is done after the run. Pure.
//
//   run --a crash------------------------------> gdb reads the core file
//    |  --a crash without a core, no effects---> second run under gdb
//    |  --success, no output, no effects-------> second run under gdb
//    +--anything else--------------------------> nothing

import { Limit } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Outcome } from '../supervisor/worker-end.js';
import type { WorkerLimits } from './limits.js';

/** What an inspection works with, as programs see it. */
export interface InspectionTools {
  /** Directory of `inspector.py`. */
  readonly scripts: string;
  /** Directory of the header pbot-vm/candide.h, which has the macros of the debugger. */
  readonly headers: string;
  /** Path of the library that inspected programs load (program.c); absent where it could not be compiled. */
  readonly library?: string;
  readonly debugger: string;
}

/** What is done after the run. */
export type NextLook = 'core' | 'second run' | 'nothing';

/** What `inspector.py` is given. */
export interface LookParameters {
  readonly mode: 'core' | 'silent' | 'macros';
  readonly program: string;
  readonly arguments: readonly string[];
  readonly library: string;
  readonly core: string;
  /** That has ended the program. */
  readonly signal: string;
  readonly expression: string;
  readonly language: 'c' | 'c++';
  readonly report: string;
}

/** A core of a usual program has some hundred kilobytes, with its stack used up some megabytes. */
const coreBytes = 32 * 1024 * 1024;

/** As on plain Linux: the core file of a recursion without end holds all of the stack. */
const stackBytes = 8 * 1024 * 1024;

/** Signals whose default is a core file, but those of limits. */
const crashes = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGQUIT',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
];

/** The compiler's command with debug information. The debugger knows names of the preprocessor where somebody may ask for them. */
export function withDebugInformation(
  [compiler = '', ...words]: readonly string[],
  asksForExpressions: boolean,
): string[] {
  return [compiler, asksForExpressions ? '-g3' : '-g', ...words];
}

/** Makes the header known to GCC and Clang, as one of the system. */
export function compilerEnvironment({ headers }: InspectionTools): Record<string, string> {
  return { C_INCLUDE_PATH: headers, CPLUS_INCLUDE_PATH: headers };
}

/** For the program itself; gdb loads the library into the program alone. */
export function programSettings(tools: InspectionTools): Record<string, string> {
  return {
    ...debuggerSettings,
    ...(tools.library === undefined ? {} : { LD_PRELOAD: tools.library }),
  };
}

/** Sanitizers leave a crash to the kernel, and start beside a library that is loaded before them. */
export const debuggerSettings = {
  ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
  UBSAN_OPTIONS:
    'handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:print_summary=0',
  LIBC_FATAL_STDERR_: '1',
} as const;

/** Limits of a run that may leave a core file. */
export function runLimits(limits: WorkerLimits): WorkerLimits {
  return { ...limits, stackBytes: limits.stackBytes || stackBytes, coreBytes };
}

export function nextLook(run: {
  readonly outcome: Outcome;
  /** What has ended it before its own end. */
  readonly limit: Limit;
  readonly hasCore: boolean;
  /** It has printed, changed a file, or read input that can't be given a second time. */
  readonly hasEffects: boolean;
}): NextLook {
  const { outcome, limit, hasCore, hasEffects } = run;
  if (limit !== Limit.UNSPECIFIED) return 'nothing';
  if (outcome.kind === 'signalled') {
    if (!crashes.includes(outcome.signal)) return 'nothing';
    if (hasCore) return 'core';
    return hasEffects ? 'nothing' : 'second run';
  }
  return outcome.exitCode === 0 && !hasEffects ? 'second run' : 'nothing';
}

/** gdb with the script. Strings and lists of JSON are those of Python. */
export function lookCommand(tools: InspectionTools, parameters: LookParameters): string[] {
  const { debugger: gdb, scripts } = tools;
  const words = [
    `python import sys; sys.path.append(${JSON.stringify(scripts)})`,
    // As a module it is compiled already.
    `python import inspector; inspector.main(${JSON.stringify(parameters)})`,
  ];
  return [gdb, '-nx', '-nh', '-batch', ...words.flatMap((word) => ['-ex', word])];
}

/** What is said of a crash where nothing looked further. */
export function unexplained(outcome: Outcome, why: string): string {
  if (outcome.kind !== 'signalled' || !crashes.includes(outcome.signal)) return '';
  return `Program received signal ${outcome.signal} <${why}>`;
}
