// Reads settings out of an environment, and describes them for `--help`. It knows no variable: each room declares its own.

import type { z } from 'zod';
import { UserError } from '../process/user-error.js';
import { inColumns } from './columns.js';

/** One setting: the environment variable that holds it, what `--help` says about it, and how its text is read. */
export interface Setting<T> {
  readonly variable: string;
  /** What `--help` shows as the default. */
  readonly defaultText: string;
  readonly description: string;
  /** The text that applies where the variable is not set. */
  readonly derive?: (environment: NodeJS.ProcessEnv) => string | undefined;
  /** Reads the text; `undefined` where the variable is not set. */
  readonly schema: z.ZodType<T, string | undefined>;
  /**
   * What is wrong with the value in combination with other variables; continues a sentence that begins with the name of
   * the variable. It reads texts, not values: a refinement of a whole object would not run while one of its fields has an
   * error, and its error would only appear after that one is corrected.
   */
  violation?(value: T, environment: NodeJS.ProcessEnv): string | undefined;
}

/** Settings by the names that their values have in a program. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values of settings. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** Variables have values that can't be used. The message holds one sentence a variable, which begins with its name. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
}

/**
 * Reads settings out of an environment. An empty variable counts as not set.
 *
 * @throws ConfigError
 */
export function readSettings<S extends Settings>(
  settings: S,
  environment: NodeJS.ProcessEnv,
): Values<S> {
  const values: Record<string, unknown> = {};
  const violations: string[] = [];
  for (const [key, setting] of Object.entries(settings)) {
    const text = environment[setting.variable] || setting.derive?.(environment) || undefined;
    const result = setting.schema.safeParse(text);
    const violation = result.success
      ? setting.violation?.(result.data, environment)
      : result.error.issues.map(({ message }) => message).join(', ');
    if (violation !== undefined) violations.push(`${setting.variable} ${violation}.`);
    values[key] = result.data;
  }
  if (violations.length > 0) throw new ConfigError(violations.join('\n'));
  return values as Values<S>;
}

/** The table of variables that `--help` prints. */
export function describeSettings(settings: Settings): string {
  const rows = Object.values(settings);
  return inColumns(rows.map((row) => [row.variable, row.defaultText, row.description]));
}
