// Pairs the brackets of code.

import type { Token } from './tokens.js';

/** For each token the index of its partner, or -1. */
export type Pairs = readonly number[];

const closers: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/**
 * Pairs parentheses, square brackets and braces. A brace ends what is open in it, so that a parenthesis without its partner
 * disturbs one block only. What stands between `#else` and `#endif` is skipped: it often opens a brace a second time.
 */
export function pairBrackets(tokens: readonly Token[]): { pairs: Pairs; isUnmatched: boolean } {
  const pairs = tokens.map(() => -1);
  const open: { index: number; closer: string }[] = [];
  const conditions = new Conditions();
  let braces = 0;
  let isUnmatched = false;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'directive') conditions.read(token.text);
    if (token.kind !== 'punctuator' || conditions.isInAlternative) continue;
    const closer = closers.get(token.as);
    if (closer !== undefined) {
      open.push({ index, closer });
      if (closer === '}') braces += 1;
    } else if (token.as === '}') {
      if (braces === 0) continue;
      while (open.at(-1)?.closer !== '}') open.pop();
      join(pairs, open.pop()?.index, index);
      braces -= 1;
    } else if (open.at(-1)?.closer === token.as) {
      join(pairs, open.pop()?.index, index);
    }
  }
  if (braces > 0) isUnmatched = true;
  return { pairs, isUnmatched };
}

function join(pairs: number[], opener: number | undefined, closer: number): void {
  if (opener === undefined) return;
  pairs[opener] = closer;
  pairs[closer] = opener;
}

/** Which branch of `#if` a token stands in. */
class Conditions {
  readonly #branches: ('first' | 'other')[] = [];
  #others = 0;

  get isInAlternative(): boolean {
    return this.#others > 0;
  }

  read(directive: string): void {
    const name = /^(?:#|%:|\?\?=)\s*(\w+)/.exec(directive)?.[1] ?? '';
    if (name.startsWith('if')) this.#branches.push('first');
    if (name.startsWith('el') && this.#branches.at(-1) === 'first') {
      this.#branches[this.#branches.length - 1] = 'other';
      this.#others += 1;
    }
    if (name === 'endif' && this.#branches.pop() === 'other') this.#others -= 1;
  }
}
