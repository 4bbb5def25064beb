// Reads settings out of an environment, and describes them for `--help`. It knows no variable: each room declares its own.

import type * as z from 'zod';
import { UserError } from '../process/user-error.js';
import { inColumns } from './columns.js';

/** One setting: the environment variable that holds it, what `--help` says about it, and how its text is read. */
export interface Setting<T> {
  readonly variable: string;
  /** What `--help` shows as the default. */
  readonly defaultText: string;
  readonly description: string;
  /** Where the variable is not set, it follows another. */
  readonly derived?: {
    /** The variable that it follows. */
    readonly from: string;
    /** The text that then applies. */
    readonly text: (environment: NodeJS.ProcessEnv) => string | undefined;
  };
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
    const own = environment[setting.variable] || undefined;
    const text = own ?? (setting.derived?.text(environment) || undefined);
    const result = setting.schema.safeParse(text);
    const violation = result.success
      ? setting.violation?.(result.data, environment)
      : result.error.issues.map(({ message }) => message).join(', ');
    if (violation !== undefined) {
      violations.push(violationText(setting, { violation, isDerived: own === undefined }));
    }
    values[key] = result.data;
  }
  if (violations.length > 0) throw new ConfigError(violations.join('\n'));
  return values as Values<S>;
}

function violationText(
  { variable, derived }: Setting<unknown>,
  { violation, isDerived }: { violation: string; isDerived: boolean },
): string {
  if (derived === undefined || !isDerived) return `${variable} ${violation}.`;
  return `${variable} is not set and follows ${derived.from}, but ${violation}: set it, or change ${derived.from}.`;
}

/**
 * The settings that apply, as texts by variable: what the environment says, else what the variable follows, else its
 * default. Those that are not set and have no default are left out. A file is named, not shown.
 */
export function effectiveSettings(
  settings: Settings,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const effective: Record<string, string> = {};
  for (const { variable, derived, defaultText } of Object.values(settings)) {
    const text = environment[variable] || derived?.text(environment) || defaultText;
    if (text !== 'not set') effective[variable] = text;
  }
  return effective;
}

/** The table of variables that `--help` prints. */
export function describeSettings(settings: Settings): string {
  const rows = Object.values(settings);
  return inColumns(rows.map((row) => [row.variable, row.defaultText, row.description]));
}
