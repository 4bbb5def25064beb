// Tries one case of one language, and says what came of it.

import type { Case, Cases, Failure, Inapplicable } from '../../guest/languages/cases.js';
import type { Language } from '../../guest/languages/language.js';
import type {
  ExecutionResult,
  PhaseResult,
  Program,
} from '../../services/gen/pbot/vm/v1/executor.js';

export type CaseName = 'hello' | keyof Cases;

export const caseNames: readonly CaseName[] = [
  ...['hello', 'input', 'arguments', 'exitCode', 'unicode'],
  ...['syntaxError', 'runTimeError', 'modules'],
] as readonly CaseName[];

export type Trial =
  | { readonly verdict: 'passed'; readonly durationMs: number }
  | { readonly verdict: 'failed'; readonly why: string }
  | { readonly verdict: 'inapplicable'; readonly why: string };

export type Execute = (program: Partial<Program>) => Promise<ExecutionResult>;

/** What the cases are given, and what they print. */
const input = 'first line\n  Grüße, 世界\n';
const words = ['a b', '', 'Grüße'];
const unicode = 'Grüße, 世界 😀';

/** Runs the program of a case; what is no answer of a program, such as a rejected request, is thrown. */
export async function tryCase(
  language: Language,
  name: CaseName,
  execute: Execute,
): Promise<Trial> {
  const attempt = attemptOf(language, name);
  if ('inapplicable' in attempt) return { verdict: 'inapplicable', why: attempt.inapplicable };
  const begin = performance.now();
  const result = await execute({ language: language.name, ...attempt.program });
  const durationMs = performance.now() - begin;
  const why = attempt.fault(result);
  return why === undefined ? { verdict: 'passed', durationMs } : { verdict: 'failed', why };
}

interface Attempt {
  readonly program: Partial<Program>;
  /** What is wrong with its result. */
  readonly fault: (result: ExecutionResult) => string | undefined;
}

function attemptOf({ hello, cases }: Language, name: CaseName): Attempt | Inapplicable {
  switch (name) {
    case 'hello':
      return prints('hello\n', hello);
    case 'input':
      return prints(input, cases.input, { stdin: Buffer.from(input) });
    case 'arguments':
      return prints(`${words.join('\n')}\n`, cases.arguments, { arguments: words });
    case 'exitCode':
      return typeof cases.exitCode === 'string'
        ? { program: { code: cases.exitCode }, fault: (result) => fault(result, '', 3) }
        : cases.exitCode;
    case 'unicode':
      return prints(`${unicode}\n`, cases.unicode);
    case 'syntaxError':
    case 'runTimeError':
      return 'inapplicable' in cases[name] ? cases[name] : fails(cases[name]);
    case 'modules': {
      const { modules } = cases;
      if ('inapplicable' in modules) return modules;
      const files = Object.entries(modules.files).map(([path, text]) => ({
        path,
        data: Buffer.from(text),
        executable: false,
      }));
      return prints('hello from a module\n', '', { files });
    }
  }
}

function prints(expected: string, code: Case, more: Partial<Program> = {}): Attempt | Inapplicable {
  if (typeof code !== 'string') return code;
  return { program: { ...more, code }, fault: (result) => fault(result, expected, 0) };
}

function fault({ compile, run }: ExecutionResult, expected: string, exitCode: number) {
  if (compile !== undefined && !endedWith(compile, 0)) return `compile: ${described(compile)}`;
  if (run === undefined) return 'there is no run phase';
  if (!endedWith(run, exitCode)) return described(run);
  return textOf(run, 'stdout') === expected ? undefined : described(run);
}

function fails({ code, phase: name, says, line }: Failure): Attempt {
  return {
    program: { code },
    fault(result) {
      const phase = result[name];
      if (phase === undefined) return `there is no ${name} phase`;
      if (endedWith(phase, 0)) return `nothing failed: ${described(phase)}`;
      if (phase.limit) return `a limit ended it: ${described(phase)}`;
      const text = textOf(phase, 'stdout') + textOf(phase, 'stderr');
      const isNamed = line === undefined || new RegExp(`\\b${line}\\b`).test(text);
      return text.includes(says) && isNamed ? undefined : described(phase);
    },
  };
}

function endedWith({ outcome }: PhaseResult, exitCode: number): boolean {
  return outcome?.$case === 'exitCode' && outcome.value === exitCode;
}

function textOf(phase: PhaseResult, stream: 'stdout' | 'stderr'): string {
  return Buffer.from(phase[stream]?.data ?? []).toString();
}

const maxShownLength = 600;

function described(phase: PhaseResult): string {
  const { outcome, limit } = phase;
  const end = `${outcome?.$case} ${String(outcome?.value)}${limit ? `, limit ${limit}` : ''}`;
  const shown = (['stdout', 'stderr'] as const).map(
    (stream) => `${stream} ${JSON.stringify(textOf(phase, stream).slice(-maxShownLength))}`,
  );
  return [end, ...shown].join(', ');
}
