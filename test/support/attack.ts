// Reads the head of a file of `test/attacks` and compares a result with what it expects.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../guest/languages/catalogue.js';
import {
  type ExecutionResult,
  Limit,
  type PhaseResult,
  type Program,
  type TerminalSize,
} from '../../services/gen/pbot/vm/v1/executor.js';
import { durationFromMs } from '../../services/lib/config/duration.js';
import { programOf } from './clients.js';

/** A hostile program, and what may come of it. */
export interface Attack {
  /** Its file, without folder and suffix. */
  readonly name: string;
  /** What it tries, in one sentence. */
  readonly aim: string;
  readonly program: Program;
  /** Legal verdicts, as `verdictOf` words them; `*` stands for any exit code or signal. */
  readonly expected: readonly string[];
  /** Whether the machine is put back after a verdict that does not bring that by itself (`bringsRevert`). */
  readonly reverts: 'no' | 'yes' | 'maybe';
  /** Each must match what the program printed on standard output. */
  readonly stdout: readonly RegExp[];
  /** None may match what compiler and program printed, on either stream. */
  readonly outputExcludes: readonly RegExp[];
}

/** The verdict over a program whose machine was lost: nobody knows how it ended. */
export const lostVerdict = 'lost';

/** The head of a file can't be read. The message holds one sentence a mistake, each with file and line. */
export class AttackHeadError extends Error {
  override readonly name = 'AttackHeadError';
}

/** Every attack of `test/attacks`, by name. */
export function readAttacks(): Attack[] {
  const folder = fileURLToPath(new URL('../attacks', import.meta.url));
  return readdirSync(folder)
    .sort()
    .map((fileName) => parseAttack(fileName, readFileSync(join(folder, fileName), 'utf8')));
}

/**
 * Reads an attack out of its file: comments at its head of the form `key: value`, down to the first line that is none.
 *
 * | Key | Value | Default |
 * | --- | --- | --- |
 * | `attack` | what it tries | required |
 * | `language` | name or alias of a language | required |
 * | `expect` | verdicts, with commas between; may be given again | required |
 * | `reverts` | `no`, `yes`, `maybe`: after a verdict that does not bring it by itself | `no` |
 * | `time-limit` | such as `2 s` or `500 ms` | `3 s` |
 * | `max-output` | such as `64 KiB` | the Executor's |
 * | `options`, `arguments`, `output-files` | words with spaces between | none |
 * | `environment` | words `NAME=value` with spaces between | none |
 * | `stdin` | a JSON string | empty |
 * | `terminal` | rows and columns, such as `24 80` | none |
 * | `stdout`, `output-excludes` | a regular expression without slashes; may be given again | none |
 *
 * @throws AttackHeadError
 */
export function parseAttack(fileName: string, text: string): Attack {
  const head = new Head(fileName, text);
  const aim = head.one('attack', readSentence, '');
  const expected = head.many('expect', readVerdicts).flat();
  if (expected.length === 0) head.complain(1, 'has no "expect"');
  const program = programOf({
    language: head.one('language', readLanguage, ''),
    code: text,
    options: head.one('options', readWords, []),
    arguments: head.one('arguments', readWords, []),
    outputFiles: head.one('output-files', readWords, []),
    environment: head.one('environment', readEnvironment, {}),
    stdin: head.one('stdin', readJsonString, new Uint8Array(0)),
    terminal: head.one<TerminalSize | undefined>('terminal', readTerminal, undefined),
    timeLimit: durationFromMs(head.one('time-limit', readTimeMs, defaultTimeLimitMs)),
    maxOutputBytes: head.one('max-output', readSize, 0n),
    requestId: `attack ${nameOf(fileName)}`,
  });
  const attack: Attack = {
    name: nameOf(fileName),
    aim,
    program,
    expected,
    reverts: head.one('reverts', readReverts, 'no'),
    stdout: head.many('stdout', readPattern),
    outputExcludes: head.many('output-excludes', readPattern),
  };
  head.throwViolations();
  return attack;
}

/** How an execution ended, worded as in the heads: that of its last phase, with `compile` before it if it is that one. */
export function verdictOf({ compile, run }: ExecutionResult): string {
  if (run !== undefined) return endingOf(run);
  return compile === undefined ? 'nothing' : `compile ${endingOf(compile)}`;
}

/** Whether a verdict is among the expected ones. */
export function isExpected(verdict: string, expected: readonly string[]): boolean {
  const general = verdict.replace(/(exit|signal) \S+$/, '$1 *');
  return expected.includes(verdict) || expected.includes(general);
}

/** Whether the machine is always put back after such a verdict. */
export function bringsRevert(verdict: string): boolean {
  return verdict === lostVerdict || verdict.endsWith(`limit ${Limit[Limit.WALL_TIME]}`);
}

const defaultTimeLimitMs = 3000;

const headLine = /^(?:#|\/\/|--) ([a-z-]+):[ \t]+(.*?)[ \t]*$/;

/** `#include` is none. */
const commentStart = /^(?:#|\/\/|--)(?: |$)/;

const limitNames = [
  'WALL_TIME',
  'CPU_TIME',
  'MEMORY',
  'PROCESSES',
  'FILE_SIZE',
  'OUTPUT',
  'CANCELLED',
];

const verdictPattern = new RegExp(
  `^(?:lost|(?:compile )?(?:exit (?:\\d{1,3}|\\*)|signal (?:SIG[A-Z0-9]+|\\*)|limit (?:${limitNames.join('|')})))$`,
);

const keys = new Set([
  'attack',
  'language',
  'expect',
  'reverts',
  'time-limit',
  'max-output',
  'options',
  'output-files',
  'arguments',
  'environment',
  'stdin',
  'terminal',
  'stdout',
  'output-excludes',
]);

const required = new Set(['attack', 'language']);

/** Turns the text of a value into what it means; `undefined` where it means nothing. */
type Reader<T> = (value: string) => T | undefined;

/** The `key: value` lines of a file, and what is wrong with them. */
class Head {
  readonly #fileName: string;
  readonly #lines: { readonly key: string; readonly value: string; readonly number: number }[] = [];
  readonly #violations: string[] = [];

  constructor(fileName: string, text: string) {
    this.#fileName = fileName;
    for (const [index, line] of text.split('\n').entries()) {
      if (index === 0 && line.startsWith('#!')) continue;
      if (!commentStart.test(line)) break;
      this.#add(line, index + 1);
    }
  }

  one<T>(key: string, read: Reader<T>, fallback: T): T {
    const values = this.many(key, read);
    const second = this.#lines.filter((line) => line.key === key)[1];
    if (second !== undefined) this.complain(second.number, `has a second "${key}"`);
    const isThere = this.#lines.some((line) => line.key === key);
    if (!isThere && required.has(key)) this.complain(1, `has no "${key}"`);
    return values[0] ?? fallback;
  }

  many<T>(key: string, read: Reader<T>): T[] {
    const values: T[] = [];
    for (const line of this.#lines) {
      if (line.key !== key) continue;
      const value = read(line.value);
      if (value === undefined) this.complain(line.number, `can't be read: ${key}: ${line.value}`);
      else values.push(value);
    }
    return values;
  }

  complain(line: number, what: string): void {
    this.#violations.push(`${this.#fileName}:${line} ${what}`);
  }

  throwViolations(): void {
    if (this.#violations.length > 0) throw new AttackHeadError(this.#violations.join('\n'));
  }

  #add(line: string, number: number): void {
    const [, key, value] = headLine.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      this.complain(number, 'is a comment in the head, and no "key: value"');
    } else if (!keys.has(key)) {
      this.complain(number, `has an unknown key "${key}"`);
    } else {
      this.#lines.push({ key, value, number });
    }
  }
}

function nameOf(fileName: string): string {
  return fileName.replace(/\.[a-z0-9]+$/, '');
}

function readSentence(value: string): string | undefined {
  return value === '' ? undefined : value;
}

function readLanguage(value: string): string | undefined {
  const known = catalogue.some(({ name, aliases }) => name === value || aliases.includes(value));
  return known ? value : undefined;
}

function readVerdicts(value: string): string[] | undefined {
  const verdicts = value.split(',').map((verdict) => verdict.trim());
  return verdicts.every((verdict) => verdictPattern.test(verdict)) ? verdicts : undefined;
}

function readReverts(value: string): Attack['reverts'] | undefined {
  return value === 'no' || value === 'yes' || value === 'maybe' ? value : undefined;
}

function readWords(value: string): string[] | undefined {
  return value === '' ? undefined : value.split(/\s+/);
}

function readEnvironment(value: string): Record<string, string> | undefined {
  const pairs = value.split(/\s+/).map((word) => /^([A-Za-z_]\w*)=(.*)$/.exec(word));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]] as [string, string]));
}

function readTimeMs(value: string): number | undefined {
  const [, count, unit] = /^(\d+) (ms|s)$/.exec(value) ?? [];
  const ms = Number(count) * (unit === 's' ? 1000 : 1);
  return ms > 0 ? ms : undefined;
}

function readSize(value: string): bigint | undefined {
  const [, count, unit] = /^([1-9]\d{0,8}) (B|KiB|MiB)$/.exec(value) ?? [];
  if (count === undefined) return undefined;
  return BigInt(count) * { B: 1n, KiB: 1024n, MiB: 1024n * 1024n }[unit as 'B' | 'KiB' | 'MiB'];
}

function readJsonString(value: string): Uint8Array | undefined {
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? Buffer.from(text) : undefined;
  } catch {
    return undefined;
  }
}

function readTerminal(value: string): TerminalSize | undefined {
  const [, rows, columns] = /^([1-9]\d{0,2}) ([1-9]\d{0,2})$/.exec(value) ?? [];
  return rows === undefined ? undefined : { rows: Number(rows), columns: Number(columns) };
}

function readPattern(value: string): RegExp | undefined {
  try {
    return value === '' ? undefined : new RegExp(value);
  } catch {
    return undefined;
  }
}

function endingOf({ outcome, limit }: PhaseResult): string {
  if (limit !== Limit.UNSPECIFIED) return `limit ${Limit[limit]}`;
  switch (outcome?.$case) {
    case undefined:
      return 'nothing';
    case 'exitCode':
      return `exit ${outcome.value}`;
    case 'signal':
      return `signal ${outcome.value}`;
  }
}
