/** A program that was checked and can be given to a machine. */
export interface Program {
  /** Name or alias, lower case. */
  readonly language: string;
  readonly code: Uint8Array;
  /** Empty: the language's own. */
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  readonly stdin: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
  /** For the compiler and the program together. */
  readonly timeLimitMs: number;
  /** Of stdout and stderr together. */
  readonly maxOutputBytes: number;
  /** The client's own name for it; may be empty. */
  readonly requestId: string;
  /** The machine to run on; empty: whichever is free. */
  readonly machine: string;
  /** Whom the client runs it for; empty: itself. */
  readonly requester: string;
  /** Of the program; absent: it has pipes. */
  readonly terminal?: TerminalSize | undefined;
}

/** In characters, 1 to 1000. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** A program as a client sent it. */
export interface ProgramRequest {
  readonly language: string;
  readonly code: string;
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  readonly stdin: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeLimitMs: number | undefined;
  /** 0: the default. */
  readonly maxOutputBytes: number;
  readonly requestId: string;
  /** Empty: whichever is free. */
  readonly machine: string;
  /** Empty: the client itself. */
  readonly requester: string;
  readonly terminal?: TerminalSize | undefined;
}

export interface ProgramLimits {
  readonly maxCodeBytes: number;
  /** Default and maximum. */
  readonly timeLimitMs: number;
  /** Names of those that a program may ask for. */
  readonly machines: readonly string[];
}

export interface Violation {
  readonly field: string;
  readonly description: string;
}

const defaultOutputBytes = 1024 * 1024;
const maxOutputBytes = 64 * 1024 * 1024;

const maxTerminalSize = 1000;

/** Of a program, and of one message of an interactive client. */
export const maxStdinBytes = 1024 * 1024;

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
  const violations = [
    ...checkLanguage(request.language),
    ...checkCode(code, limits.maxCodeBytes),
    ...checkWords('options', request.options, { maxWords: 256, maxBytes: 4 * 1024 }),
    ...checkWords('arguments', request.arguments, { maxWords: 1024, maxBytes: 16 * 1024 }),
    ...checkEnvironment(request.environment),
    ...checkSize('stdin', request.stdin.length, maxStdinBytes),
    ...checkTimeLimit(request.timeLimitMs, limits.timeLimitMs),
    ...checkSize('max_output_bytes', request.maxOutputBytes, maxOutputBytes),
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
    maxOutputBytes: request.maxOutputBytes === 0 ? defaultOutputBytes : request.maxOutputBytes,
  };
  return { program };
}

/** @param field of the size, from the message that holds it */
export function checkTerminalSize(field: string, size: TerminalSize): Violation[] {
  const { rows, columns } = size;
  return Object.entries({ rows, columns })
    .filter(([, count]) => count < 1 || count > maxTerminalSize)
    .map(([name, count]) => ({
      field: `${field}.${name}`,
      description: `is ${count}; it must be 1 to ${maxTerminalSize}`,
    }));
}

function checkLanguage(language: string): Violation[] {
  if (language === '') return [violation('language', 'is required')];
  if (language.length <= 64) return [];
  return [violation('language', 'is longer than 64 characters')];
}

function checkCode(code: Uint8Array, maxBytes: number): Violation[] {
  if (code.length === 0) return [violation('code', 'is required')];
  return checkSize('code', code.length, maxBytes);
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
  const malformed = Object.keys(environment).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (malformed !== undefined) {
    return [violation('environment', `holds a malformed name: ${JSON.stringify(malformed)}`)];
  }
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return checkWords('environment', words, { maxWords: 256, maxBytes: 4 * 1024 });
}

function checkTimeLimit(timeLimitMs: number | undefined, maxMs: number): Violation[] {
  if (timeLimitMs === undefined) return [];
  if (timeLimitMs < 1) return [violation('time_limit', 'must be at least 1 ms')];
  if (timeLimitMs <= maxMs) return [];
  return [
    violation('time_limit', `is ${timeLimitMs / 1000} s; at most ${maxMs / 1000} s is allowed`),
  ];
}

function checkName(field: string, name: string): Violation[] {
  return name.length <= 128 ? [] : [violation(field, 'is longer than 128 characters')];
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

function violation(field: string, description: string): Violation {
  return { field: `program.${field}`, description };
}
