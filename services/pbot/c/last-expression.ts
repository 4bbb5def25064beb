// Decides whether the last statement of a made main has a value to show.

import { blockKeywords, jumpKeywords, typeKeywords } from './keywords.js';
import { debuggerMacros, typeWords } from './macros.js';
import type { Token } from './tokens.js';

/** Functions whose value nobody asks for, and words that make no expression. */
const excluded = new Set([
  ...['fgets', 'memset', 'assert', 'main', 'return', 'puts', 'fputs', 'while', 'for', 'do', 'if'],
  ...['switch', 'exit', 'abort', 'cout', 'cerr', 'clog'],
]);

const excludedKin = /scanf|printf|^exec[lv]/;

const forbiddenSigns = new Set(['{', '}', '=', '#', '<<=', '>>=']);

/**
 * Whether a statement may be shown by its value: an expression with a word in it and no plain assignment.
 *
 * @param tokens without the semicolon
 */
export function isExpression(tokens: readonly Token[]): boolean {
  const [first, second] = tokens;
  if (first === undefined) return false;
  if (!tokens.some(({ kind }) => kind === 'word' || kind === 'number' || kind === 'string')) {
    return false;
  }
  if (isDeclarationLike(first, second)) return false;
  return tokens.every(
    ({ kind, text, as }) =>
      kind !== 'comment' &&
      kind !== 'directive' &&
      kind !== 'other' &&
      !(kind === 'punctuator' && (forbiddenSigns.has(as) || text !== as)) &&
      !(kind === 'word' && isExcludedWord(text)),
  );
}

function isExcludedWord(word: string): boolean {
  return (
    excluded.has(word) ||
    excludedKin.test(word) ||
    blockKeywords.has(word) ||
    jumpKeywords.has(word) ||
    debuggerMacros.has(word)
  );
}

function isDeclarationLike(first: Token, second: Token | undefined): boolean {
  if (first.kind !== 'word') return false;
  if (first.text === 'sizeof') return false;
  // A label.
  if (second?.as === ':') return true;
  if (second?.as === '*' && typeWords.test(first.text)) return true;
  return second?.kind === 'word' || typeKeywords.has(first.text);
}
