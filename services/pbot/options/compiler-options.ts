// The options of the compiler or interpreter, which stand in front of the code.

import { trim, trimStart } from '../white-space.js';
import { bareWord, wordsOf } from './words.js';

/**
 * Takes the leading words that begin with a dash off the code. `--` ends them, for code that begins with a dash.
 *
 * @param language of the code: in some, two dashes begin a comment, and so the code
 */
export function takeCompilerOptions(
  text: string,
  language: string,
): { options: readonly string[]; code: string } {
  const options: string[] = [];
  for (const { text: word, start, end } of wordsOf(text)) {
    const isComment = word.startsWith('--') && hasDashComments(language);
    if (!word.startsWith('-') || isComment) return { options, code: trim(text.slice(start)) };
    if (word === '--') return { options, code: trim(text.slice(end)) };
    options.push(bareWord(word));
  }
  return { options, code: '' };
}

/** The options of C and C++ that say what PBot adds to the code. */
export interface AddedParts {
  readonly noMain: boolean;
  readonly noHeaders: boolean;
  /** Headers to include. */
  readonly includes: readonly string[];
}

/** Takes `-nomain`, `-noheaders` and `-include X` out of the code, wherever they stand outside of quotes. */
export function takeAddedParts(text: string): AddedParts & { code: string } {
  const found = { noMain: false, noHeaders: false };
  const includes: string[] = [];
  const kept: string[] = [];
  let taken = 0;
  let isAwaited = false;
  for (const { text: word, start, end } of wordsOf(text)) {
    if (isAwaited) includes.push(bareWord(word).replace(/^<(.*)>$/, '$1'));
    else if (/^-nomain$/i.test(word)) found.noMain = true;
    else if (/^-noheaders$/i.test(word)) found.noHeaders = true;
    else if (word !== '-include') continue;
    isAwaited = word === '-include' && !isAwaited;
    kept.push(text.slice(taken, start));
    taken = end;
  }
  const code = trim(kept.reduceRight((rest, part) => part + trimStart(rest), text.slice(taken)));
  return { ...found, includes, code };
}

/**
 * Languages whose comments begin with `--`. Other versions follow the name (`lua5.4`). Languages are data of the guest, which is
 * not known where a line is read; so these are named here.
 */
const languagesWithDashComments = new Set([
  'ada',
  'elm',
  'ghc',
  'gnat',
  'haskell',
  'hs',
  'lua',
  'luajit',
  'runghc',
  'sql',
  'sqlite',
  'vhdl',
]);

export function hasDashComments(language: string): boolean {
  return languagesWithDashComments.has(/^[a-z]*/.exec(language)?.[0] ?? '');
}
