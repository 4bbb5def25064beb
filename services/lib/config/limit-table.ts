import { z } from 'zod';
import { UserError } from '../process/user-error.js';
import { parseJson, readText } from './json-file.js';

/** What a request that does not say gets, and the most that it may ask for. `undefined`: what the machine gives. */
export interface LimitRange<Amount extends number | undefined = number | undefined> {
  readonly default: Amount;
  readonly max: Amount;
}

/** What the processes of one phase may use, all of them together where nothing else is said. */
export interface PhaseLimitRanges {
  /** Besides, no phase has more than the execution. */
  readonly wallTimeMs: LimitRange;
  readonly cpuTimeMs: LimitRange;
  readonly memoryBytes: LimitRange;
  /** And threads, at one time. */
  readonly processes: LimitRange;
  /** Of each file. */
  readonly fileBytes: LimitRange;
  /** Of each process. */
  readonly openFiles: LimitRange;
}

/** What one execution may give back. */
interface ExecutionLimitRanges {
  /** Of both streams of both phases together. */
  readonly outputBytes: LimitRange<number>;
  /** Of each stream of each phase. */
  readonly keptBytes: LimitRange<number>;
  /** Files that come back; requests can't ask for another number. */
  readonly maxReturnedFiles: number;
  /** Of those together. */
  readonly maxReturnedBytes: number;
}

/** The limits of an execution and of each of its phases, as an operator has set them. */
export interface LimitTable {
  readonly compile: PhaseLimitRanges;
  readonly run: PhaseLimitRanges;
  readonly execution: ExecutionLimitRanges;
}

const mebibyte = 1024 * 1024;

const whatTheMachineGives: LimitRange = { default: undefined, max: undefined };

const builtInPhase: PhaseLimitRanges = {
  wallTimeMs: whatTheMachineGives,
  cpuTimeMs: { default: undefined, max: 3_600_000 },
  memoryBytes: whatTheMachineGives,
  processes: { default: 256, max: 256 },
  fileBytes: whatTheMachineGives,
  openFiles: { default: 1024, max: 1024 },
};

/** By default a result, files included, fits into the 4 MiB that gRPC clients take unless told otherwise. */
const builtInExecution: ExecutionLimitRanges = {
  outputBytes: { default: mebibyte, max: 128 * mebibyte },
  keptBytes: { default: mebibyte, max: mebibyte },
  maxReturnedFiles: 256,
  maxReturnedBytes: 2 * mebibyte,
};

/** Where no file says otherwise. */
export const builtInLimits: LimitTable = {
  compile: builtInPhase,
  run: builtInPhase,
  execution: builtInExecution,
};

/**
 * Reads a file of limits: a JSON object such as `{"run": {"cpu_time": {"default": 2, "max": 10}}}`, with times in seconds.
 * What is left out is as built in.
 *
 * @throws UserError
 */
export function readLimitTable(path: string): LimitTable {
  return parseLimitTable(readText(path));
}

/**
 * The same for the file's text.
 *
 * @throws UserError
 */
export function parseLimitTable(text: string): LimitTable {
  const result = table.safeParse(parseJson(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = (issue?.path ?? []).map(String).join('.');
  throw new UserError(`${place === '' ? '' : `${place}: `}${issue?.message}`);
}

/** More makes no sense on any machine, or is more than a guest can be told. */
const most = {
  seconds: 3600,
  bytes: Number.MAX_SAFE_INTEGER,
  processes: 500,
  openFiles: 1024,
};

/** More than these a result should not hold: it is one message, and lies in memory as a whole. */
const mostInResult = {
  /** Four times: two streams of two phases. */
  keptBytes: 16 * mebibyte,
  returnedFiles: 4096,
  returnedBytes: 64 * mebibyte,
};

const seconds = range(
  z
    .number({ error: 'must be a number of seconds' })
    .min(0.001, { error: 'must be at least 0.001 s' })
    .max(most.seconds, { error: `must be at most ${most.seconds} s` })
    .transform((each) => each * 1000),
);

const bytes = range(wholeNumber(most.bytes));

const phase = z
  .strictObject(
    {
      wall_time: seconds,
      cpu_time: seconds,
      memory_bytes: bytes,
      processes: range(wholeNumber(most.processes)),
      file_bytes: bytes,
      open_files: range(wholeNumber(most.openFiles)),
    },
    {
      error: objectError('wall_time, cpu_time, memory_bytes, processes, file_bytes and open_files'),
    },
  )
  .partial()
  .transform((given) => ({
    wallTimeMs: given.wall_time ?? builtInPhase.wallTimeMs,
    cpuTimeMs: given.cpu_time ?? builtInPhase.cpuTimeMs,
    memoryBytes: given.memory_bytes ?? builtInPhase.memoryBytes,
    processes: given.processes ?? builtInPhase.processes,
    fileBytes: given.file_bytes ?? builtInPhase.fileBytes,
    openFiles: given.open_files ?? builtInPhase.openFiles,
  }));

const execution = z
  .strictObject(
    {
      output_bytes: bytes,
      kept_bytes: range(wholeNumber(mostInResult.keptBytes)),
      returned_files: maximum(wholeNumber(mostInResult.returnedFiles)),
      returned_bytes: maximum(wholeNumber(mostInResult.returnedBytes)),
    },
    { error: objectError('output_bytes, kept_bytes, returned_files and returned_bytes') },
  )
  .partial()
  .transform((given) => ({
    outputBytes: given.output_bytes ?? builtInExecution.outputBytes,
    keptBytes: given.kept_bytes ?? builtInExecution.keptBytes,
    maxReturnedFiles: given.returned_files ?? builtInExecution.maxReturnedFiles,
    maxReturnedBytes: given.returned_bytes ?? builtInExecution.maxReturnedBytes,
  }));

const table = z
  .strictObject(
    { compile: phase, run: phase, execution },
    { error: objectError('compile, run and execution') },
  )
  .partial()
  .transform((given) => ({
    compile: given.compile ?? builtInPhase,
    run: given.run ?? builtInPhase,
    execution: given.execution ?? builtInExecution,
  }));

function range(value: z.ZodType<number, number>): z.ZodType<LimitRange<number>> {
  return z
    .strictObject({ default: value, max: value }, { error: objectError('default and max') })
    .refine((each) => each.default <= each.max, {
      error: '"default" must not be over "max"',
    });
}

function maximum(value: z.ZodType<number, number>): z.ZodType<number> {
  return z.strictObject({ max: value }, { error: objectError('max') }).transform(({ max }) => max);
}

function wholeNumber(max: number): z.ZodType<number, number> {
  const error = `must be a whole number from 1 to ${max}`;
  return z.int({ error }).min(1, { error }).max(max, { error });
}

/** What is wrong with an object, in words for whoever writes the file. */
function objectError(names: string): (issue: { code?: string; keys?: unknown }) => string {
  return ({ code, keys }) =>
    code === 'unrecognized_keys' && Array.isArray(keys)
      ? `has an unknown ${keys.map((key) => JSON.stringify(key)).join(', ')}; it takes ${names}`
      : 'must be an object';
}
