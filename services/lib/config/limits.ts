// Every limit of an execution, each declared once. The types, the file of limits, the checks of a request, and the table in
// the guide are all made from these tables.

/** What a request without an amount gets, and the maximum that it may ask for. `undefined`: what the machine gives. */
export interface LimitRange<Amount extends number | undefined = number | undefined> {
  readonly default: Amount;
  readonly max: Amount;
}

/** `time` is in milliseconds here and in seconds in the file of limits. */
export type LimitUnit = 'time' | 'bytes' | 'count';

interface LimitDeclaration {
  /** In the file of limits. */
  readonly key: string;
  readonly unit: LimitUnit;
  /** The maximum that an operator may set. */
  readonly ceiling: number;
  /** What it limits, and what happens to a program that exceeds it. */
  readonly description: string;
  readonly ifExceeded: string;
}

interface PhaseLimitDeclaration extends LimitDeclaration {
  readonly builtIn: LimitRange;
  /** For the guide: what `undefined` in `builtIn` amounts to. */
  readonly machineGives?: string;
}

interface ExecutionLimitDeclaration extends LimitDeclaration {
  /** A number: requests can't ask for another one. */
  readonly builtIn: LimitRange<number> | number;
  /** The field of the program, if a request can set the limit. */
  readonly field?: string;
}

const mebibyte = 1024 * 1024;

const whatTheMachineGives = { default: undefined, max: undefined };

/** An hour: no execution has more. */
const maxTimeMs = 3_600_000;

/** More than any machine has. */
const maxBytes = Number.MAX_SAFE_INTEGER;

/** Limits of each phase. Each holds for all processes of the phase together, unless its description says otherwise. */
export const phaseLimits = {
  wallTimeMs: {
    key: 'wall_time',
    unit: 'time',
    ceiling: maxTimeMs,
    builtIn: whatTheMachineGives,
    machineGives: 'that of the execution',
    description: 'From start to end; never more than the execution has',
    ifExceeded: 'Ended, `WALL_TIME`',
  },
  cpuTimeMs: {
    key: 'cpu_time',
    unit: 'time',
    ceiling: maxTimeMs,
    builtIn: { default: undefined, max: maxTimeMs },
    machineGives: 'none but wall time times processors',
    description: 'Processor time',
    ifExceeded: 'Ended, `CPU_TIME`',
  },
  memoryBytes: {
    key: 'memory_bytes',
    unit: 'bytes',
    ceiling: maxBytes,
    builtIn: whatTheMachineGives,
    machineGives: "60 % of the guest's, divided by the programs at the same time",
    description: 'Memory, with files in `/tmp` and the home; no swap',
    ifExceeded: 'Ended, `MEMORY`',
  },
  processes: {
    key: 'processes',
    unit: 'count',
    ceiling: 500,
    builtIn: { default: 256, max: 256 },
    description: 'Processes and threads at one time',
    ifExceeded: 'No more are made; `PROCESSES` if the program fails',
  },
  fileBytes: {
    key: 'file_bytes',
    unit: 'bytes',
    ceiling: maxBytes,
    builtIn: whatTheMachineGives,
    machineGives: '40 % of that memory, for all files together',
    description: 'Each file',
    ifExceeded: 'SIGXFSZ; `FILE_SIZE` if it ended the main process',
  },
  openFiles: {
    key: 'open_files',
    unit: 'count',
    ceiling: 1024,
    builtIn: { default: 1024, max: 1024 },
    description: 'Open files of each process',
    ifExceeded: 'No more can be opened; the program gets an error',
  },
  stackBytes: {
    key: 'stack_bytes',
    unit: 'bytes',
    ceiling: maxBytes,
    builtIn: whatTheMachineGives,
    machineGives: 'half of that memory; at most all of it',
    description: 'Stack of the main thread of each process',
    ifExceeded: 'SIGSEGV',
  },
} as const satisfies Readonly<Record<string, PhaseLimitDeclaration>>;

/**
 * Limits of what an execution returns. As built in, a result with its files fits into the 4 MiB that gRPC clients accept
 * by default. The ceilings exist because a result is one message, and is in memory as a whole.
 */
export const executionLimits = {
  outputBytes: {
    key: 'output_bytes',
    field: 'max_output_bytes',
    unit: 'bytes',
    ceiling: maxBytes,
    builtIn: { default: mebibyte, max: 128 * mebibyte },
    description: 'Standard output and error of both phases together',
    ifExceeded: 'Ended, `OUTPUT`',
  },
  keptBytes: {
    key: 'kept_bytes',
    field: 'max_kept_bytes',
    unit: 'bytes',
    // Times two streams of two phases.
    ceiling: 16 * mebibyte,
    builtIn: { default: mebibyte, max: mebibyte },
    description: 'What the result of `Execute` holds of each stream of each phase',
    ifExceeded:
      'The first half and the last half of these bytes are kept, the middle is counted (`dropped_bytes`)',
  },
  maxReturnedFiles: {
    key: 'returned_files',
    unit: 'count',
    ceiling: 4096,
    builtIn: 256,
    description: 'Files that are returned',
    ifExceeded: 'Others are left out, and the result says so (`files_truncated`)',
  },
  maxReturnedBytes: {
    key: 'returned_bytes',
    unit: 'bytes',
    ceiling: 64 * mebibyte,
    builtIn: 2 * mebibyte,
    description: 'Bytes of these files together',
    ifExceeded: 'A file that does not fit as a whole is left out, likewise',
  },
} as const satisfies Readonly<Record<string, ExecutionLimitDeclaration>>;

/** Limits of a request itself. They are fixed: what exceeds them is rejected. */
export const requestLimits = {
  maxFiles: 256,
  /** Of all files together. */
  maxPathsBytes: 16 * 1024,
  /** Paths and globs of the files to return. */
  maxGlobs: 64,
  maxGlobsBytes: 4 * 1024,
  maxOptions: 256,
  maxOptionsBytes: 4 * 1024,
  maxArguments: 1024,
  maxArgumentsBytes: 16 * 1024,
  /** Variables of the environment. */
  maxVariables: 256,
  maxVariablesBytes: 4 * 1024,
  /** Of a program, and of one message of an interactive client. */
  maxStdinBytes: mebibyte,
  /** In characters. */
  maxLanguageLength: 64,
  /** In characters: `request_id`, `requester`. */
  maxNameLength: 128,
  /** Code and files together: an operator may set up to this. */
  maxCodeBytesCeiling: 16 * mebibyte,
} as const;

export type PhaseLimitName = keyof typeof phaseLimits;

export const phaseLimitNames = Object.keys(phaseLimits) as readonly PhaseLimitName[];

/** A value for each limit of a phase. */
export function mapPhaseLimits<T>(
  valueOf: (name: PhaseLimitName) => T,
): Readonly<Record<PhaseLimitName, T>> {
  const entries = phaseLimitNames.map((name) => [name, valueOf(name)] as const);
  return Object.fromEntries(entries) as Record<PhaseLimitName, T>;
}
