// Reads the file of limits, in which an operator sets defaults and maxima.

import * as z from 'zod';
import { UserError } from '../process/user-error.js';
import { parseJson, readText } from './json-file.js';
import {
  executionLimits,
  type LimitRange,
  type LimitUnit,
  mapPhaseLimits,
  type PhaseLimitName,
  phaseLimits,
} from './limits.js';

export type PhaseLimitRanges = Readonly<Record<PhaseLimitName, LimitRange>>;

/** A range where requests may ask for an amount, else a maximum. */
type ExecutionLimitRanges = {
  readonly [K in keyof typeof executionLimits]: (typeof executionLimits)[K]['builtIn'] extends number
    ? number
    : LimitRange<number>;
};

/** The limits of an execution and of each of its phases, as an operator has set them. */
export interface LimitTable {
  readonly compile: PhaseLimitRanges;
  readonly run: PhaseLimitRanges;
  readonly execution: ExecutionLimitRanges;
}

const builtInPhase: PhaseLimitRanges = mapPhaseLimits((name) => phaseLimits[name].builtIn);

const builtInExecution: ExecutionLimitRanges = {
  outputBytes: executionLimits.outputBytes.builtIn,
  keptBytes: executionLimits.keptBytes.builtIn,
  maxReturnedFiles: executionLimits.maxReturnedFiles.builtIn,
  maxReturnedBytes: executionLimits.maxReturnedBytes.builtIn,
};

/** The limits without a file. */
export const builtInLimits: LimitTable = {
  compile: builtInPhase,
  run: builtInPhase,
  execution: builtInExecution,
};

/**
 * Reads a file of limits: a JSON object such as `{"run": {"cpu_time": {"default": 2, "max": 10}}}`, with times in seconds.
 * Missing keys keep their built-in limits.
 *
 * @throws UserError
 */
export function readLimitTable(path: string): LimitTable {
  return parseLimitTable(readText(path));
}

/**
 * Reads the text of such a file.
 *
 * @throws UserError
 */
export function parseLimitTable(text: string): LimitTable {
  const result = tableSchema().safeParse(parseJson(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = (issue?.path ?? []).map(String).join('.');
  throw new UserError(`${place === '' ? '' : `${place}: `}${issue?.message}`);
}

/** Made when a file is read: that takes 2 ms, and most programs read none. */
function tableSchema() {
  const phase = phaseSchema();
  return z
    .strictObject(
      { compile: phase, run: phase, execution: executionSchema() },
      { error: objectError(['compile', 'run', 'execution']) },
    )
    .partial()
    .transform((given) => ({
      compile: given.compile ?? builtInPhase,
      run: given.run ?? builtInPhase,
      execution: given.execution ?? builtInExecution,
    }));
}

function phaseSchema() {
  return z
    .strictObject(
      Object.fromEntries(
        Object.values(phaseLimits).map((limit) => [limit.key, rangeSchema(limit)] as const),
      ),
      { error: objectError(keysOf(phaseLimits)) },
    )
    .partial()
    .transform((given) =>
      mapPhaseLimits((name) => given[phaseLimits[name].key] ?? builtInPhase[name]),
    );
}

function executionSchema() {
  const { outputBytes, keptBytes, maxReturnedFiles, maxReturnedBytes } = executionLimits;
  return z
    .strictObject(
      {
        [outputBytes.key]: rangeSchema(outputBytes),
        [keptBytes.key]: rangeSchema(keptBytes),
        [maxReturnedFiles.key]: maximumSchema(maxReturnedFiles),
        [maxReturnedBytes.key]: maximumSchema(maxReturnedBytes),
      },
      { error: objectError(keysOf(executionLimits)) },
    )
    .partial()
    .transform((given) => ({
      outputBytes: given[outputBytes.key] ?? builtInExecution.outputBytes,
      keptBytes: given[keptBytes.key] ?? builtInExecution.keptBytes,
      maxReturnedFiles: given[maxReturnedFiles.key] ?? builtInExecution.maxReturnedFiles,
      maxReturnedBytes: given[maxReturnedBytes.key] ?? builtInExecution.maxReturnedBytes,
    }));
}

/** What the schema of an amount depends on. */
interface Amount {
  readonly unit: LimitUnit;
  readonly ceiling: number;
}

function rangeSchema(limit: Amount): z.ZodType<LimitRange<number>> {
  const amount = amountSchema(limit);
  return z
    .strictObject({ default: amount, max: amount }, { error: objectError(['default', 'max']) })
    .refine((each) => each.default <= each.max, { error: '"default" must not be over "max"' });
}

function maximumSchema(limit: Amount): z.ZodType<number> {
  return z
    .strictObject({ max: amountSchema(limit) }, { error: objectError(['max']) })
    .transform(({ max }) => max);
}

/** Times are seconds in the file, and milliseconds from here on. */
function amountSchema({ unit, ceiling }: Amount): z.ZodType<number, number> {
  if (unit === 'time') {
    const maxSeconds = ceiling / 1000;
    return z
      .number({ error: 'must be a number of seconds' })
      .min(0.001, { error: 'must be at least 0.001 s' })
      .max(maxSeconds, { error: `must be at most ${maxSeconds} s` })
      .transform((seconds) => seconds * 1000);
  }
  const error = `must be a whole number from 1 to ${ceiling}`;
  return z.int({ error }).min(1, { error }).max(ceiling, { error });
}

function keysOf(limits: Readonly<Record<string, { readonly key: string }>>): string[] {
  return Object.values(limits).map(({ key }) => key);
}

/** What is wrong with an object, in words for the person who writes the file. */
function objectError(
  keys: readonly string[],
): (issue: { code?: string; keys?: unknown }) => string {
  return (issue) => {
    if (issue.code !== 'unrecognized_keys' || !Array.isArray(issue.keys))
      return 'must be an object';
    const unknown = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    // Here, not above: Intl takes 10 ms of the start of each program.
    const list = new Intl.ListFormat('en-GB').format(keys);
    return `has an unknown ${unknown}; it takes ${list}`;
  };
}
