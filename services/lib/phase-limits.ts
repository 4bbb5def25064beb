import { z } from 'zod';
import { parseJson, readText } from './json-file.js';

/** What a request that does not say gets, and the most that it may ask for. `undefined`: what the machine gives. */
export interface LimitRange {
  readonly default: number | undefined;
  readonly max: number | undefined;
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

/** The limits of each phase, as an operator has set them. */
export interface PhaseLimitTable {
  readonly compile: PhaseLimitRanges;
  readonly run: PhaseLimitRanges;
}

/** The file of limits can't be used. The message holds one sentence that names the place. */
export class PhaseLimitsError extends Error {
  override readonly name = 'PhaseLimitsError';
}

const whatTheMachineGives: LimitRange = { default: undefined, max: undefined };

const builtInRanges: PhaseLimitRanges = {
  wallTimeMs: whatTheMachineGives,
  cpuTimeMs: { default: undefined, max: 3_600_000 },
  memoryBytes: whatTheMachineGives,
  processes: { default: 256, max: 256 },
  fileBytes: whatTheMachineGives,
  openFiles: { default: 1024, max: 1024 },
};

/** Where no file says otherwise. */
export const builtInPhaseLimits: PhaseLimitTable = { compile: builtInRanges, run: builtInRanges };

/**
 * Reads a file of limits: a JSON object such as `{"run": {"cpu_time": {"default": 2, "max": 10}}}`, with times in seconds.
 * A phase or a limit that is left out is as built in.
 *
 * @throws PhaseLimitsError
 */
export function readPhaseLimitsFile(path: string): PhaseLimitTable {
  return parsePhaseLimits(readText(path, PhaseLimitsError));
}

/**
 * The same for the file's text.
 *
 * @throws PhaseLimitsError
 */
export function parsePhaseLimits(text: string): PhaseLimitTable {
  const result = table.safeParse(parseJson(text, PhaseLimitsError));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = (issue?.path ?? []).map(String).join('.');
  throw new PhaseLimitsError(`${place === '' ? '' : `${place}: `}${issue?.message}`);
}

/** More makes no sense on any machine, or is more than a guest can be told. */
const most = {
  seconds: 3600,
  bytes: Number.MAX_SAFE_INTEGER,
  processes: 500,
  openFiles: 1024,
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
    wallTimeMs: given.wall_time ?? builtInRanges.wallTimeMs,
    cpuTimeMs: given.cpu_time ?? builtInRanges.cpuTimeMs,
    memoryBytes: given.memory_bytes ?? builtInRanges.memoryBytes,
    processes: given.processes ?? builtInRanges.processes,
    fileBytes: given.file_bytes ?? builtInRanges.fileBytes,
    openFiles: given.open_files ?? builtInRanges.openFiles,
  }));

const table = z
  .strictObject({ compile: phase, run: phase }, { error: objectError('compile and run') })
  .partial()
  .transform(({ compile = builtInRanges, run = builtInRanges }) => ({ compile, run }));

function range(value: z.ZodType<number, number>): z.ZodType<LimitRange> {
  return z
    .strictObject({ default: value, max: value }, { error: objectError('default and max') })
    .refine((each) => each.default <= each.max, {
      error: '"default" must not be over "max"',
    });
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
