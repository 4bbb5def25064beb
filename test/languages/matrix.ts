// All cases of some languages, one row each.

import type { Language } from '../../guest/languages/language.js';
import { quantile } from '../bench/statistics.js';
import { type CaseName, type Execute, type Trial, tryCase } from './trial.js';

export interface Row {
  readonly language: string;
  readonly version: string;
  /** The median of its hello program, from request to result; absent where that does not pass. */
  readonly helloMs?: number;
  readonly passed: readonly CaseName[];
  readonly inapplicable: readonly CaseName[];
  readonly failed: readonly { readonly name: CaseName; readonly why: string }[];
}

export interface MatrixOptions {
  readonly execute: Execute;
  /** By language; one that is missing is not on the machines. */
  readonly versions: ReadonlyMap<string, string>;
  readonly cases: readonly CaseName[];
  /** Languages that are tried at the same time. */
  readonly clients: number;
  /** Runs of each hello program. */
  readonly repeats: number;
  readonly onRow: (row: Row) => void;
}

/** @returns a row for each language, in their order */
export async function runMatrix(
  languages: readonly Language[],
  options: MatrixOptions,
): Promise<Row[]> {
  const rows = new Map<Language, Row>();
  const waiting = languages.values();
  const work = async () => {
    for (const language of waiting) {
      const row = await rowOf(language, options);
      rows.set(language, row);
      options.onRow(row);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, work));
  return languages.flatMap((language) => rows.get(language) ?? []);
}

/** A later row, with what an earlier one of its language says of cases that were not tried again. */
export function merged(earlier: Row | undefined, later: Row): Row {
  if (earlier === undefined) return later;
  const tried = new Set<CaseName>([
    ...later.passed,
    ...later.inapplicable,
    ...later.failed.map(({ name }) => name),
  ]);
  const others = (names: readonly CaseName[]) => names.filter((name) => !tried.has(name));
  return {
    ...later,
    passed: [...later.passed, ...others(earlier.passed)],
    inapplicable: [...later.inapplicable, ...others(earlier.inapplicable)],
    failed: [...later.failed, ...earlier.failed.filter(({ name }) => !tried.has(name))],
  };
}

async function rowOf(
  language: Language,
  { execute, versions, cases, repeats }: MatrixOptions,
): Promise<Row> {
  const { name } = language;
  const version = versions.get(name);
  if (version === undefined) {
    const failed = [{ name: 'hello' as const, why: 'no machine has the language' }];
    return { language: name, version: '', passed: [], inapplicable: [], failed };
  }
  const trials = new Map<CaseName, Trial>();
  for (const each of cases) trials.set(each, await attempt(language, each, execute));
  const times = [trials.get('hello')];
  for (let i = 1; i < repeats; i += 1) times.push(await attempt(language, 'hello', execute));
  const passedMs = times.flatMap((trial) => (trial?.verdict === 'passed' ? trial.durationMs : []));
  const named = [...trials];
  return {
    language: name,
    version,
    ...(passedMs.length === repeats ? { helloMs: quantile(passedMs, 0.5) } : {}),
    passed: named.flatMap(([each, { verdict }]) => (verdict === 'passed' ? each : [])),
    inapplicable: named.flatMap(([each, { verdict }]) => (verdict === 'inapplicable' ? each : [])),
    failed: named.flatMap(([each, trial]) =>
      trial.verdict === 'failed' ? { name: each, why: trial.why } : [],
    ),
  };
}

/** A request that is rejected fails its case alone. */
async function attempt(language: Language, name: CaseName, execute: Execute): Promise<Trial> {
  try {
    return await tryCase(language, name, execute);
  } catch (error) {
    return { verdict: 'failed', why: String(error) };
  }
}
