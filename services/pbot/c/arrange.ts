// Decides which parts of code without a main function stay outside of the one that is made, and which become its body.

import type { Item } from './items.js';
import {
  aggregates,
  blockKeywords,
  cppDeclarations,
  isKeyword,
  jumpKeywords,
  typeKeywords,
} from './keywords.js';
import type { Token } from './tokens.js';
import { wordsOfDirective } from './tokens.js';

/** Both in the order of the code. */
export interface Arrangement {
  readonly outside: readonly Item[];
  readonly body: readonly Item[];
}

/**
 * Functions stay outside, and so do the types and variables in front of them that they use. All else is a statement of
 * main, wherever it stands. Directives in front of the last function, and those that lead the rest, stay outside too.
 */
export function arrange(
  tokens: readonly Token[],
  items: readonly Item[],
  isCpp: boolean,
): Arrangement {
  const reading = new Reading(tokens, isCpp);
  const last = items.findLastIndex((item) => reading.staysOutside(item));
  const lastDirective = lastOutsideDirective(tokens, items, last);
  const isOutside = items.map(() => false);
  /** Words of what is outside and stands further down. */
  const used = new Set<string>();
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item === undefined) continue;
    if (item.kind === 'directive') isOutside[index] = index <= lastDirective;
    else if (reading.staysOutside(item)) isOutside[index] = true;
    else if (index < last) isOutside[index] = reading.declaresOneOf(item, used);
    if (isOutside[index] === true) reading.addWords(item, used);
  }
  return {
    outside: items.filter((_, index) => isOutside[index]),
    body: items.filter((_, index) => !isOutside[index]),
  };
}

/** A system's header is of no use inside a function: directives up to the last one stay outside. */
function lastOutsideDirective(
  tokens: readonly Token[],
  items: readonly Item[],
  lastOutside: number,
): number {
  const leading = items.findIndex(({ kind }, index) => index > lastOutside && kind !== 'directive');
  const lastInclude = items.findLastIndex(
    ({ kind, start }) =>
      kind === 'directive' && /^\S+\s*(?:include|import)/.test(tokens[start]?.text ?? ''),
  );
  const lastLeading = leading === -1 ? items.length - 1 : leading - 1;
  return Math.max(lastLeading, lastInclude, lastOutside);
}

class Reading {
  readonly #tokens: readonly Token[];
  readonly #isCpp: boolean;

  constructor(tokens: readonly Token[], isCpp: boolean) {
    this.#tokens = tokens;
    this.#isCpp = isCpp;
  }

  /** Functions, and what C++ wants outside of functions. */
  staysOutside(item: Item): boolean {
    if (item.kind === 'function' || item.kind === 'stray') return true;
    if (!this.#isCpp || item.kind === 'directive') return false;
    const { first, second } = this.#beginning(item);
    if (first === undefined) return false;
    if (first.text === 'inline') return second?.text === 'namespace';
    if (first.text === 'extern') return second?.kind === 'string';
    if (aggregates.has(first.text)) return this.#hasBody(item);
    return cppDeclarations.has(first.text);
  }

  /** Whether a declaration gives one of these names something. */
  declaresOneOf(item: Item, names: ReadonlySet<string>): boolean {
    if (item.kind !== 'simple' || names.size === 0 || !this.#mayDeclare(item)) return false;
    let isValue = false;
    for (let index = item.start; index < item.end; index += 1) {
      const token = this.#tokens[index];
      if (token?.as === '=') isValue = true;
      if (token?.as === ',' || token?.as === ';') isValue = false;
      if (isValue || token?.kind !== 'word' || !names.has(token.text)) continue;
      const next = this.#tokens[index + 1];
      // In front of a name or a star it is the type.
      if (next === undefined || (next.kind === 'punctuator' && next.as !== '*')) return true;
    }
    return false;
  }

  addWords(item: Item, words: Set<string>): void {
    for (let index = item.start; index < item.end; index += 1) {
      const token = this.#tokens[index];
      if (token?.kind === 'word' && !isKeyword(token.text)) words.add(token.text);
      if (token?.kind === 'directive') {
        for (const word of wordsOfDirective(token.text)) words.add(word);
      }
    }
  }

  #mayDeclare(item: Item): boolean {
    const { first, second } = this.#beginning(item);
    if (first === undefined) return false;
    if (first.as === '[') return second?.as === '[';
    if (first.kind !== 'word') return false;
    if (blockKeywords.has(first.text) || jumpKeywords.has(first.text)) return false;
    if (typeKeywords.has(first.text) || first.text.includes('tatic_assert')) return true;
    // `T x`, `T *x`, `std::string x`, `vector<int> x`
    return second?.kind === 'word' || ['*', '::', '<', '&'].includes(second?.as ?? '');
  }

  #beginning(item: Item): { first?: Token; second?: Token } {
    const found: Token[] = [];
    for (let index = item.start; index < item.end && found.length < 2; index += 1) {
      const token = this.#tokens[index];
      if (token !== undefined && token.kind !== 'comment') found.push(token);
    }
    const [first, second] = found;
    return { ...(first && { first }), ...(second && { second }) };
  }

  #hasBody(item: Item): boolean {
    for (let index = item.start; index < item.end; index += 1) {
      const sign = this.#tokens[index]?.as;
      if (sign === '{') return true;
      if (sign === '=' || sign === '(') return false;
    }
    return false;
  }
}
