// Words of code, with the places where they stand, and words as a shell splits them.

import { isBlank, visible } from '../white-space.js';

/** A word of a text, its quotes and escapes included. */
export interface Word {
  readonly text: string;
  readonly start: number;
  /** The place of the character after it. */
  readonly end: number;
}

/**
 * The words of code, in order. Blanks separate them outside of quotes; a backslash has the next character belong to the word. A
 * quote without its partner is an ordinary character. Takes time in proportion to the text.
 *
 * @param quotes what counts as a quote
 */
export function* wordsOf(text: string, quotes = `"'`): Generator<Word, void, undefined> {
  /** Quotes that have no partner from here on. */
  const lonely = new Set<string>();
  let start = -1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isBlank(text.charCodeAt(at))) {
      if (start >= 0) yield { text: text.slice(start, at), start, end: at };
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    if (character === '\\') at += 1;
    else if (quotes.includes(character) && !lonely.has(character)) {
      const end = endOfQuote(text, at);
      if (end === undefined) lonely.add(character);
      else at = end;
    }
  }
  if (start >= 0) yield { text: text.slice(start), start, end: text.length };
}

/** A word without its quotes and escapes. */
export function bareWord(word: string): string {
  return word.replace(/\\.|"(?:[^"\\]|\\.)*"|'[^']*'/gs, (part) =>
    part.startsWith('\\') ? part.slice(1) : withoutQuotes(part),
  );
}

/** Words as a shell splits them, without their quotes. A quote without its partner stands for itself. */
export function splitWords(text: string): string[] {
  return (text.match(wordOfShell) ?? []).map(bareWord);
}

const wordOfShell = new RegExp(String.raw`(?:\\.|"(?:[^"\\]|\\.)*"|'[^']*'|${visible})+`, 'gs');

/** A text without one pair of quotes around it. In double quotes a backslash keeps a quote and a backslash. */
export function withoutQuotes(text: string): string {
  const quote = text[0];
  if (text.length < 2 || text.at(-1) !== quote) return text;
  if (quote === "'") return text.slice(1, -1);
  if (quote === '"') return text.slice(1, -1).replace(/\\(["\\])/g, '$1');
  return text;
}

function endOfQuote(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === quote) return at;
  }
  return undefined;
}
