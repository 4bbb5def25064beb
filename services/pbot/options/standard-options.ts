// The options that stand anywhere in the code, and the standard input behind it.

import { isBlank, trim } from '../white-space.js';
import { type Word, withoutQuotes, wordsOf } from './words.js';

export interface StandardOptions {
  /** Asks for the command line alone. */
  readonly showsInfo: boolean;
  readonly pastes: boolean;
  /** Arguments of the program, to be split like a shell does. Absent: none are given. */
  readonly arguments?: string;
  /** With a line end added. Absent: none is given. */
  readonly stdin?: Uint8Array;
  /** What is left. */
  readonly code: string;
}

/**
 * Takes `-info`, `-paste`, `-args X` and what follows `-stdin` out of the code, wherever they stand outside of quotes. The last of
 * each counts, but for `-stdin`: all behind the first is standard input.
 */
export function takeStandardOptions(text: string): StandardOptions {
  const found = { showsInfo: false, pastes: false };
  let given: string | undefined;
  let rest = '';
  let taken = 0;
  const take = (word: Word) => {
    rest += text.slice(taken, word.start);
    taken = endOfBlanks(text, word.end);
  };
  let awaited: Word | undefined;
  for (const word of wordsOf(text)) {
    if (awaited !== undefined) {
      given = withoutQuotes(word.text);
      taken = endOfBlanks(text, word.end);
      awaited = undefined;
      continue;
    }
    const flag = /^--?(no)?(info|paste)$/.exec(word.text);
    const args = /^--?(?:args|arguments)(?:=(.*))?$/s.exec(word.text);
    if (flag !== null) {
      found[flag[2] === 'info' ? 'showsInfo' : 'pastes'] = flag[1] === undefined;
      take(word);
    } else if (args !== null) {
      take(word);
      if (args[1] === undefined) awaited = word;
      else given = withoutQuotes(args[1]);
    }
  }
  rest += text.slice(taken);
  return {
    ...found,
    ...(given === undefined ? {} : { arguments: given }),
    ...takeStdin(rest),
  };
}

/** Go and JavaScript have literals in a third kind of quotes. */
const quotesOfCode = '"\'`';

/** All behind the first `-stdin` outside of quotes is standard input. */
function takeStdin(text: string): { code: string; stdin?: Uint8Array } {
  for (const { text: word, start } of wordsOf(text, quotesOfCode)) {
    const mark = /^-stdin(?:=|$)/.exec(word)?.[0];
    if (mark === undefined) continue;
    const stdin = withEscapes(withoutQuotesAround(trim(text.slice(start + mark.length))));
    return { code: trim(text.slice(0, start)), stdin };
  }
  return { code: trim(text) };
}

function withoutQuotesAround(text: string): string {
  const quote = text[0];
  const isQuoted = (quote === '"' || quote === "'") && text.length > 1 && text.at(-1) === quote;
  return isQuoted ? text.slice(1, -1) : text;
}

/** IRC has no line ends and no control characters: input is written with the escapes of C, which stand for bytes. */
function withEscapes(text: string): Uint8Array {
  // One character a byte: escapes are ASCII.
  const bytes = Buffer.from(text).toString('latin1');
  const unescaped = bytes.replace(
    /\\(?:x([0-9a-f]{1,2})|([0-7]{1,3})|(.))/gis,
    (escape, hex: string | undefined, octal: string | undefined, letter: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return letters.get(letter ?? '') ?? escape;
    },
  );
  return Buffer.from(`${unescaped}\n`, 'latin1');
}

const letters: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
]);

function endOfBlanks(text: string, start: number): number {
  let end = start;
  while (isBlank(text.charCodeAt(end))) end += 1;
  return end;
}
