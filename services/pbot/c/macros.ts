// Finds out whether code calls the macros of the debugger that the guest adds to C.

import { isKeyword } from './keywords.js';
import type { Token } from './tokens.js';

/** What looks like a function and is a question to the debugger. */
export const debuggerMacros: ReadonlySet<string> = new Set([
  'print',
  'ptype',
  'whatis',
  'dump',
  'gdb',
  'watch',
  'trace',
]);

/** A macro of the debugger is called, and the code has nothing of its own by that name. */
export function usesDebuggerMacros(tokens: readonly Token[]): boolean {
  const own = ownNames(tokens);
  return tokens.some(
    ({ kind, text }, index) =>
      kind === 'word' &&
      debuggerMacros.has(text) &&
      tokens[index + 1]?.as === '(' &&
      !isMember(tokens[index - 1]) &&
      !own.has(text),
  );
}

/** Names that the code seems to declare: the word after a type. */
export function ownNames(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'directive') {
      const defined = /^\S+\s*define\s+(\w+)/.exec(token.text)?.[1];
      if (defined !== undefined) names.add(defined);
    }
    if (token.kind === 'word' && isDeclared(tokens, index)) names.add(token.text);
  }
  return names;
}

const afterNames = new Set(['=', ',', ';', '[', '(', ')', '{', ':', '}', '>']);
/** Words that are types in all likelihood. */
export const typeWords =
  /^(?:void|char|short|int|long|float|double|signed|unsigned|bool|_Bool|auto|const|\w+_t|FILE|typename|struct|union|enum|class)$/;

function isDeclared(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  if (next !== undefined && !afterNames.has(next.as)) return false;
  let before = tokens[index - 1];
  if (before?.kind === 'word' && tags.has(before.text)) return next?.as !== ')';
  if (before?.kind === 'word') return typeWords.test(before.text) || !isKeyword(before.text);
  let at = index - 1;
  while (before?.as === '*' && index - at < maxStars) before = tokens[(at -= 1)];
  if (at === index - 1 || before?.kind !== 'word') return false;
  return typeWords.test(before.text) || ['struct', 'union'].includes(tokens[at - 1]?.text ?? '');
}

const tags = new Set(['struct', 'union', 'enum']);
const maxStars = 4;

function isMember(before: Token | undefined): boolean {
  return before !== undefined && ['.', '->', '::'].includes(before.as);
}
