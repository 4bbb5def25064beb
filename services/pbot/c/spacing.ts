// Decides whether two tokens of a line have a blank between them.

import { blockKeywords, isKeyword, jumpKeywords, typeKeywords } from './keywords.js';
import { type Dialect, type Token, tokenize } from './tokens.js';

const noneAfter = new Set(['(', '[', '.', '->', '::', '!', '~', '{']);
const noneBefore = new Set([')', ']', ';', ',', '.', '->', '::', '++', '--', '}']);
const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);
const binary = new Set([
  ...assignments,
  ...['==', '!=', '<=', '>=', '<=>', '||', '/', '%', '|', '^', '?'],
]);
/** They are operators in C, and brackets of templates in C++. */
const angles = new Set(['<', '>', '<<', '>>', '&&']);
const signs = new Set(['+', '-', '*', '&', '++', '--', '&&']);

/** A blank or nothing, to stand in front of a token. */
export function spaceBetween(tokens: readonly Token[], index: number, dialect: Dialect): string {
  const before = tokens[index - 1];
  const token = tokens[index];
  if (before === undefined || token === undefined) return '';
  if (isWanted(tokens, index, { before, token, dialect })) return ' ';
  return token.isSpaced && mustBeApart(before, token, dialect) ? ' ' : '';
}

interface Neighbours {
  readonly before: Token;
  readonly token: Token;
  readonly dialect: Dialect;
}

function isWanted(
  tokens: readonly Token[],
  index: number,
  { before, token, dialect }: Neighbours,
): boolean {
  if (token.kind === 'comment' || before.kind === 'comment') return true;
  if (before.kind === 'other' || token.kind === 'other') return token.isSpaced;
  const isPadded = isPaddedOperator(tokens, index, dialect);
  if (isPadded !== undefined) return isPadded;
  const wasPadded = isPaddedOperator(tokens, index - 1, dialect);
  if (wasPadded !== undefined && !noneBefore.has(token.as)) return wasPadded;
  if (token.kind === 'punctuator') return isWantedBefore(token, before);
  if (before.kind !== 'punctuator') return token.isSpaced;
  if (noneAfter.has(before.as)) return false;
  if (before.as === ')' || before.as === '++' || before.as === '--') return token.isSpaced;
  if (angles.has(before.as)) return token.isSpaced;
  return !signs.has(before.as);
}

function isWantedBefore(token: Token, before: Token): boolean {
  if (token.as === ')' || token.as === ']' || token.as === '}') return false;
  if (token.as === ';' || token.as === ',') return false;
  if (noneAfter.has(before.as) && before.kind === 'punctuator') return false;
  switch (token.as) {
    case '(':
      if (before.kind === 'word') return hasBlankBeforeParentheses(before.text);
      return before.as === ',' || before.as === ';' || before.as === ':' || before.as === '{';
    case '[':
      return before.as === ',' || before.as === ';' || before.text === 'return';
    case '{':
      return before.as !== '{' && before.as !== ',' ? before.as !== ']' : before.as === ',';
    case '.':
    case '->':
    case '::':
      return before.as === ',' || before.text === 'return' || (before.as === ';' && token.isSpaced);
    case ':':
    case '<':
    case '>':
      return token.isSpaced;
    case '++':
    case '--':
      return (
        [',', ';', '?', ':'].includes(before.as) ||
        (before.kind === 'word' && isKeyword(before.text))
      );
    default:
      return before.kind === 'word' || before.as === ',' || before.as === ';' || token.isSpaced;
  }
}

function hasBlankBeforeParentheses(word: string): boolean {
  if (word === 'sizeof' || word === 'defined') return false;
  return blockKeywords.has(word) || jumpKeywords.has(word) || typeKeywords.has(word);
}

/** Whether an operator has blanks around it; undefined where the token is none. */
function isPaddedOperator(
  tokens: readonly Token[],
  index: number,
  { family }: Dialect,
): boolean | undefined {
  const token = tokens[index];
  if (token?.kind !== 'punctuator') return undefined;
  const before = tokens[index - 1];
  if (binary.has(token.as)) return before?.text !== 'operator';
  if (angles.has(token.as) && family === 'c') return hasValue(before) ? true : undefined;
  if (token.as === '+' || token.as === '-') return hasValue(before) ? true : undefined;
  if (token.as !== '*' && token.as !== '&') return undefined;
  if (!hasValue(before) || before?.as === ')') return undefined;
  // `T *x` is a declaration as it seems, `a * b` and `a*b` are products.
  const next = tokens[index + 1];
  if (before?.kind === 'word' && token.isSpaced !== (next?.isSpaced ?? false)) return undefined;
  if (before?.kind === 'word' && token.isSpaced) return true;
  return before?.kind === 'word' && family === 'c++' ? undefined : true;
}

/** A binary operator may follow. */
function hasValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'punctuator') return token.as === ')' || token.as === ']';
  if (token.kind === 'word') return !isKeyword(token.text) || valueKeywords.has(token.text);
  return token.kind !== 'comment' && token.kind !== 'directive';
}

const valueKeywords = new Set(['NULL', 'nullptr', 'true', 'false', 'this']);

/** They are no part of a longer token. */
const alone = new Set(['(', ')', '[', ']', '{', '}', ';', ',']);

/** Without a blank the two would be read as something else. */
function mustBeApart(before: Token, token: Token, dialect: Dialect): boolean {
  if (before.kind === 'string' || token.kind === 'string') return true;
  if (before.kind === 'character' || token.kind === 'character') return true;
  if (before.kind === 'punctuator' && token.kind === 'punctuator') {
    return !alone.has(before.text) && !alone.has(token.text);
  }
  const joined = tokenize(before.text + token.text, dialect);
  return joined.length !== 2 || joined[0]?.text !== before.text;
}
