// Checks the fields of a request and names each violation.

import { assignments, isEnvironmentName } from '../../../guest/protocol/environment.js';
import { findPathConflict, validatePath } from '../../../guest/protocol/paths.js';
import type { LimitTable } from '../../lib/config/limit-table.js';
import { requestLimits } from '../../lib/config/limits.js';
import type { Inspection } from './inspection.js';
import { checkPhaseLimits, checkTime, effectiveLimits, type PhaseLimits } from './limits.js';
import { checkTerminalSize, type TerminalSize } from './terminal-size.js';
import { type Violation, violation } from './violation.js';

/** A program that was checked and can be given to a machine. */
export interface Program {
  /** Name or alias, lower case. */
  readonly language: string;
  /** Empty: the first of the files is the source code. */
  readonly code: Uint8Array;
  readonly files: readonly ProgramFile[];
  /** Empty: the language's own. */
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  readonly stdin: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
  /** For the compiler and the program together. */
  readonly timeLimitMs: number;
  /** Each line of output is written at once. */
  readonly unbuffered: boolean;
  /** The code of an interpreted language is checked before it runs. */
  readonly check: boolean;
  /** The files are what an earlier execution has left, also in /tmp, whose files are below `.tmp`. */
  readonly keepsState: boolean;
  /** Longest wait while machines start or are reverted. */
  readonly maxWaitMs: number;
  /** Of stdout and stderr together. */
  readonly maxOutputBytes: number;
  /** The client's own name for it; may be empty. */
  readonly requestId: string;
  /** The machine to run on; empty: whichever is free. */
  readonly machine: string;
  /** Whom the client runs it for; empty: itself. */
  readonly requester: string;
  readonly compileLimits: PhaseLimits;
  readonly runLimits: PhaseLimits;
  /** Paths or globs. */
  readonly outputFiles: readonly string[];
  /** Of each stream of each phase. */
  readonly maxKeptBytes: number;
  /** Of those that `outputFiles` asks for. */
  readonly maxReturnedFiles: number;
  /** Of those together. */
  readonly maxReturnedBytes: number;
  /** Of the program; absent: it has pipes. */
  readonly terminal?: TerminalSize | undefined;
  /** Absent: the program is not looked at. */
  readonly inspection?: Inspection | undefined;
}

/** A file of the working directory. */
interface ProgramFile {
  readonly path: string;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

/** A program as a client sent it. */
export interface ProgramRequest
  extends Partial<Pick<Program, 'unbuffered' | 'check' | 'keepsState'>> {
  readonly language: string;
  readonly code: string;
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  readonly stdin: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeLimitMs: number | undefined;
  readonly maxWaitMs?: number | undefined;
  /** 0: the default. */
  readonly maxOutputBytes: number;
  readonly requestId: string;
  /** Empty: whichever is free. */
  readonly machine: string;
  /** Empty: the client itself. */
  readonly requester: string;
  /** Absent: the defaults. */
  readonly compileLimits?: PhaseLimits | undefined;
  readonly runLimits?: PhaseLimits | undefined;
  readonly files: readonly ProgramFile[];
  readonly outputFiles: readonly string[];
  /** 0: the default. */
  readonly maxKeptBytes: number;
  readonly terminal?: TerminalSize | undefined;
  readonly inspection?: Inspection | undefined;
}

export interface ProgramLimits {
  readonly maxCodeBytes: number;
  /** Default and maximum. */
  readonly timeLimitMs: number;
  /** Default and maximum. */
  readonly maxWaitMs: number;
  readonly table: LimitTable;
  /** Names of those that a program may ask for. */
  readonly machines: readonly string[];
}

const { maxFiles, maxPathsBytes, maxLanguageLength } = requestLimits;

export const { maxNameLength, maxStdinBytes } = requestLimits;

/**
 * Checks every field. A request over a limit is refused, never clipped.
 *
 * @returns the program, or what is wrong with it
 */
export function checkProgram(
  request: ProgramRequest,
  limits: ProgramLimits,
): { program: Program } | { violations: Violation[] } {
  const code = Buffer.from(request.code);
  const { compile, run, execution } = limits.table;
  const { outputBytes, keptBytes, maxReturnedFiles, maxReturnedBytes } = execution;
  const violations = [
    ...checkLanguage(request.language),
    ...checkSources(code, request.files, limits.maxCodeBytes),
    ...checkWords('options', request.options, {
      maxWords: requestLimits.maxOptions,
      maxBytes: requestLimits.maxOptionsBytes,
    }),
    ...checkWords('arguments', request.arguments, {
      maxWords: requestLimits.maxArguments,
      maxBytes: requestLimits.maxArgumentsBytes,
    }),
    ...checkEnvironment(request.environment),
    ...checkSize('stdin', request.stdin.length, maxStdinBytes),
    ...checkTime('time_limit', request.timeLimitMs, limits.timeLimitMs),
    ...checkWait(request.maxWaitMs, limits.maxWaitMs),
    ...checkPhaseLimits('compile_limits', request.compileLimits, {
      ranges: compile,
      maxWallTimeMs: limits.timeLimitMs,
    }),
    ...checkPhaseLimits('run_limits', request.runLimits, {
      ranges: run,
      maxWallTimeMs: limits.timeLimitMs,
    }),
    ...checkSize('max_output_bytes', request.maxOutputBytes, outputBytes.max),
    ...checkSize('max_kept_bytes', request.maxKeptBytes, keptBytes.max),
    ...checkGlobs(request.outputFiles),
    ...checkName('request_id', request.requestId),
    ...checkName('requester', request.requester),
    ...checkMachine(request.machine, limits.machines),
    ...(request.terminal === undefined
      ? []
      : checkTerminalSize('program.terminal', request.terminal)),
  ];
  if (violations.length > 0) return { violations };
  const program = {
    ...request,
    language: request.language.toLowerCase(),
    code,
    timeLimitMs: request.timeLimitMs ?? limits.timeLimitMs,
    maxWaitMs: request.maxWaitMs ?? limits.maxWaitMs,
    unbuffered: request.unbuffered ?? false,
    check: request.check ?? false,
    keepsState: request.keepsState ?? false,
    maxOutputBytes: request.maxOutputBytes || outputBytes.default,
    compileLimits: effectiveLimits(request.compileLimits, compile),
    runLimits: effectiveLimits(request.runLimits, run),
    maxKeptBytes: request.maxKeptBytes || keptBytes.default,
    maxReturnedFiles,
    maxReturnedBytes,
  };
  return { program };
}

/**
 * Checks that code which comes without a path leaves room for the files beside it, once it is known what it will be called.
 */
export function checkSourceFile(program: Program, sourceFile: string): Violation[] {
  if (program.code.length === 0) return [];
  const taken = program.files.findIndex(
    ({ path }) => findPathConflict([path, sourceFile]) !== undefined,
  );
  if (taken === -1) return [];
  return [violation(`files[${taken}].path`, `leaves no room for the code, which is ${sourceFile}`)];
}

function checkLanguage(language: string): Violation[] {
  if (language === '') return [violation('language', 'is required')];
  if (language.length <= maxLanguageLength) return [];
  return [violation('language', `is longer than ${maxLanguageLength} characters`)];
}

/** Unlike a time limit it may be 0. */
function checkWait(ms: number | undefined, maxMs: number): Violation[] {
  if (ms === undefined || (ms >= 0 && ms <= maxMs)) return [];
  return [violation('max_wait', `is ${ms / 1000} s; it must be 0 to ${maxMs / 1000} s`)];
}

function checkSources(
  code: Uint8Array,
  files: readonly ProgramFile[],
  maxBytes: number,
): Violation[] {
  if (code.length === 0 && files.length === 0) return [violation('code', 'is required')];
  if (code.length > maxBytes) return checkSize('code', code.length, maxBytes);
  if (files.length > maxFiles) {
    return [violation('files', `holds ${files.length} files; at most ${maxFiles} are allowed`)];
  }
  const bytes = files.reduce((sum, { data }) => sum + data.length, code.length);
  if (bytes > maxBytes) {
    const what = code.length > 0 ? 'with the code ' : '';
    return [violation('files', `is ${what}${bytes} bytes; at most ${maxBytes} are allowed`)];
  }
  return checkPaths(files.map(({ path }) => path));
}

function checkPaths(paths: readonly string[]): Violation[] {
  const faulty = paths.flatMap((path, i) => {
    const fault = validatePath(path);
    return fault === undefined ? [] : [violation(`files[${i}].path`, fault)];
  });
  if (faulty.length > 0) return faulty;
  const conflict = findPathConflict(paths);
  if (conflict !== undefined) {
    return [violation(`files[${conflict.index}].path`, conflict.description)];
  }
  const bytes = totalBytes(paths);
  if (bytes <= maxPathsBytes) return [];
  return [violation('files', `has paths of ${bytes} bytes; at most ${maxPathsBytes} are allowed`)];
}

function checkGlobs(globs: readonly string[]): Violation[] {
  const tooMuch = checkWords('output_files', globs, {
    maxWords: requestLimits.maxGlobs,
    maxBytes: requestLimits.maxGlobsBytes,
  });
  if (tooMuch.length > 0) return tooMuch;
  return globs.flatMap((glob, i) => {
    const fault = validatePath(glob);
    return fault === undefined ? [] : [violation(`output_files[${i}]`, fault)];
  });
}

function checkWords(
  field: string,
  words: readonly string[],
  max: { maxWords: number; maxBytes: number },
): Violation[] {
  if (words.length > max.maxWords) {
    return [violation(field, `holds ${words.length} words; at most ${max.maxWords} are allowed`)];
  }
  const nul = words.findIndex((word) => word.includes('\0'));
  if (nul !== -1) return [violation(`${field}[${nul}]`, 'holds a NUL character')];
  return checkSize(field, totalBytes(words), max.maxBytes);
}

function checkEnvironment(environment: Readonly<Record<string, string>>): Violation[] {
  const malformed = Object.keys(environment).find((name) => !isEnvironmentName(name));
  if (malformed !== undefined) {
    return [violation('environment', `holds a malformed name: ${JSON.stringify(malformed)}`)];
  }
  const [withNul] = Object.entries(environment).find(([, value]) => value.includes('\0')) ?? [];
  if (withNul !== undefined) {
    return [violation('environment', `holds a NUL character in the value of ${withNul}`)];
  }
  return checkWords('environment', assignments(environment), {
    maxWords: requestLimits.maxVariables,
    maxBytes: requestLimits.maxVariablesBytes,
  });
}

function checkName(field: string, name: string): Violation[] {
  return name.length <= maxNameLength
    ? []
    : [violation(field, `is longer than ${maxNameLength} characters`)];
}

function checkMachine(machine: string, known: readonly string[]): Violation[] {
  if (machine === '' || known.includes(machine)) return [];
  return [violation('machine', `is none of ${known.join(', ')}`)];
}

function checkSize(field: string, bytes: number, maxBytes: number): Violation[] {
  if (bytes <= maxBytes) return [];
  return [violation(field, `is ${bytes} bytes; at most ${maxBytes} are allowed`)];
}

function totalBytes(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
}
