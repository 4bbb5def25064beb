// Splits code into what stands at its outermost level: functions, declarations, statements, directives.

import type { Pairs } from './brackets.js';
import { FunctionHeader } from './function-header.js';
import { aggregates, blockKeywords } from './keywords.js';
import type { Token } from './tokens.js';

/** Tokens `start` to `end`, `end` excluded. */
export interface Item {
  readonly kind: 'directive' | 'function' | 'block' | 'simple' | 'stray';
  readonly start: number;
  readonly end: number;
  /** Of a function. */
  readonly name?: string;
  /** Its semicolon or its block is there. */
  readonly isFinished: boolean;
}

/** What the splitting goes by. */
export interface Splitting {
  readonly pairs: Pairs;
  readonly isCpp: boolean;
  /** Macros that stand for `for`, `while` and the like. */
  readonly blockMacros: ReadonlySet<string>;
}

/** Splits code. The items hold all tokens, in order. */
export function splitItems(tokens: readonly Token[], splitting: Splitting): Item[] {
  const items: Item[] = [];
  for (let start = 0; start < tokens.length; ) {
    const item = new ItemReader(tokens, splitting).read(start);
    items.push(item);
    start = item.end;
  }
  return items;
}

/** What declarations of parameters in the manner of K&R are made of, and the brace after them. */
const parameterSigns = new Set(['*', '[', ',', ';', '{']);

class ItemReader {
  readonly #tokens: readonly Token[];
  readonly #pairs: Pairs;
  readonly #blockMacros: ReadonlySet<string>;
  readonly #header: FunctionHeader;
  #first: Token | undefined;
  #previous: Token | undefined;
  #hasInitializer = false;
  /** After the first declaration of parameters in the manner of K&R. */
  #afterParameters: number | undefined;

  constructor(tokens: readonly Token[], { pairs, isCpp, blockMacros }: Splitting) {
    this.#tokens = tokens;
    this.#pairs = pairs;
    this.#blockMacros = blockMacros;
    this.#header = new FunctionHeader(tokens, pairs, isCpp);
  }

  read(start: number): Item {
    for (let at = start; at < this.#tokens.length; ) {
      const token = this.#tokens[at];
      if (token === undefined) break;
      const ended = this.#endedBy(token, { start, at });
      if (ended !== undefined) return ended;
      const close = this.#pairs[at] ?? -1;
      const next = close > at ? close + 1 : at + 1;
      this.#header.see(at);
      this.#see(token, next);
      at = next;
    }
    const { length } = this.#tokens;
    if (this.#afterParameters !== undefined) {
      return { kind: 'simple', start, end: this.#afterParameters, isFinished: true };
    }
    const kind = this.#first === undefined ? 'block' : 'simple';
    return { kind, start, end: length, isFinished: kind === 'block' };
  }

  #see(token: Token, next: number): void {
    if (token.kind === 'comment' || token.kind === 'directive') return;
    this.#first ??= token;
    if (token.as === '=' || token.as === 'return') this.#hasInitializer = true;
    this.#previous = this.#tokens[next - 1];
  }

  #endedBy(token: Token, { start, at }: { start: number; at: number }): Item | undefined {
    if (token.kind === 'directive') {
      if (this.#first !== undefined) return undefined;
      return { kind: 'directive', start, end: at + 1, isFinished: true };
    }
    if (token.kind === 'comment' || token.kind === 'word') return undefined;
    if (this.#afterParameters !== undefined && !parameterSigns.has(token.as)) {
      return { kind: 'simple', start, end: this.#afterParameters, isFinished: true };
    }
    if (token.kind !== 'punctuator') return undefined;
    switch (token.as) {
      case ';':
        return this.#endedBySemicolon(start, at);
      case '{':
        return this.#endedByBrace(start, at);
      case '}':
        if (this.#first !== undefined) return { kind: 'simple', start, end: at, isFinished: false };
        return { kind: 'stray', start, end: at + 1, isFinished: true };
      default:
        return undefined;
    }
  }

  #endedBySemicolon(start: number, at: number): Item | undefined {
    if (this.#first !== undefined && this.#header.declaresParametersAt(at)) {
      this.#afterParameters ??= at + 1;
      return undefined;
    }
    const end = this.#afterParameters ?? at + 1;
    return { kind: 'simple', start, end, isFinished: true };
  }

  #endedByBrace(start: number, at: number): Item | undefined {
    const close = this.#pairs[at] ?? -1;
    if (close === -1) return undefined;
    const end = close + 1;
    if (this.#first === undefined) return { kind: 'block', start, end, isFinished: true };
    const word = this.#first.text;
    if (blockKeywords.has(word) || this.#blockMacros.has(word)) {
      if (word === 'do' || this.#hasInitializer) return undefined;
      return { kind: 'block', start, end, isFinished: true };
    }
    const name = this.#header.nameAtBody();
    if (name !== undefined) return { kind: 'function', start, end, name, isFinished: true };
    if (this.#beginsNamespace(word)) return { kind: 'block', start, end, isFinished: true };
    return undefined;
  }

  /** `namespace x {`, `inline namespace x {`, `extern "C" {`. */
  #beginsNamespace(word: string): boolean {
    if (word === 'extern') return this.#previous?.kind === 'string';
    if (aggregates.has(word)) return false;
    return word === 'namespace' || (word === 'inline' && this.#header.hasNamespace);
  }
}
