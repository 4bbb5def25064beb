// Recognizes the head of a function definition while the tokens of an item go by.

import type { Pairs } from './brackets.js';
import { blockKeywords, jumpKeywords, noFunctionNames, typeKeywords } from './keywords.js';
import type { Token } from './tokens.js';

/** Operators that a declaration may hold in front of its parameters, outside of parentheses. */
const declarators = new Set(['*', '&', '&&', '::', '~', '[', '...']);
const templateSigns = new Set(['<', '>', '>>', ',', '||']);
const afterParameters = new Set(['*', '&', '&&', '::', '->', '[', '...', '<', '>', '>>', '(']);

/**
 * What has been seen of an item:
 * - `open`: nothing but what may precede the parameters of a function;
 * - `operator`: the same, and `operator` in front of them;
 * - `header`: parameters too, and what may follow them;
 * - `initializers`: the colon of a constructor after them;
 * - `other`: no function definition.
 */
type Shape = 'open' | 'operator' | 'header' | 'initializers' | 'other';

export class FunctionHeader {
  readonly #tokens: readonly Token[];
  readonly #pairs: Pairs;
  readonly #isCpp: boolean;
  #shape: Shape = 'open';
  #previous: Token | undefined;
  #name = '';
  /** The closing parenthesis of the parameters. */
  #close = -1;
  #hasNamesOnly = false;
  #skipTo = -1;
  /** The end of a template's parameters was looked for in vain; it is not looked for again. */
  #hasOpenTemplate = false;
  hasNamespace = false;

  constructor(tokens: readonly Token[], pairs: Pairs, isCpp: boolean) {
    this.#tokens = tokens;
    this.#pairs = pairs;
    this.#isCpp = isCpp;
  }

  /** Takes a token of the outermost level; what is in its brackets is left out. */
  see(at: number): void {
    const token = this.#tokens[at];
    if (token === undefined || token.kind === 'comment' || token.kind === 'directive') return;
    if (at >= this.#skipTo) this.#step(token, at);
    const close = this.#pairs[at] ?? -1;
    this.#previous = close > at ? this.#tokens[close] : token;
  }

  /** The name of the function whose body begins here. */
  nameAtBody(): string | undefined {
    if (this.#shape === 'header') return this.#name;
    if (this.#shape !== 'initializers') return undefined;
    // `: a{1} {`: a brace after a name gives a member its value.
    const isBody = this.#previous?.as === ')' || this.#previous?.as === '}';
    return isBody ? this.#name : undefined;
  }

  /** `int f(a, b) int a; char b; {`: the semicolon ends a declaration of parameters. */
  declaresParametersAt(semicolon: number): boolean {
    if (this.#isCpp || this.#shape !== 'header' || !this.#hasNamesOnly) return false;
    const first = this.#tokens[this.#close + 1];
    if (first?.kind !== 'word' || first.text === '__attribute__' || first.text === '__asm__') {
      return false;
    }
    const next = this.#tokens[semicolon + 1];
    return next?.as === '{' || next?.kind === 'word';
  }

  #step(token: Token, at: number): void {
    switch (this.#shape) {
      case 'open':
      case 'operator':
        this.#shape = this.#stepOpen(token, at);
        return;
      case 'header':
        this.#shape = this.#stepHeader(token);
        return;
      case 'initializers':
      case 'other':
        return;
    }
  }

  #stepOpen(token: Token, at: number): Shape {
    if (token.as === '(') return this.#stepParentheses(at);
    if (this.#shape === 'operator') return 'operator';
    if (token.kind === 'word') {
      if (token.text === 'namespace') this.hasNamespace = true;
      if (token.text === 'operator') return this.#stepOperator(at);
      if (token.text === 'template' && !this.#hasOpenTemplate) this.#skipTemplateParameters(at);
      return blockKeywords.has(token.text) || jumpKeywords.has(token.text) ? 'other' : 'open';
    }
    if (token.kind === 'string') return this.#previous?.text === 'extern' ? 'open' : 'other';
    if (this.#isCpp && (token.kind === 'number' || templateSigns.has(token.as))) return 'open';
    return declarators.has(token.as) && (token.as !== '[' || this.#isAttribute(at))
      ? 'open'
      : 'other';
  }

  /** `template <int N = 1>`: what they are is of no interest. */
  #skipTemplateParameters(at: number): void {
    let depth = 0;
    for (let index = at + 1; index < this.#tokens.length; index += 1) {
      const sign = this.#tokens[index]?.as;
      if (sign === '<') depth += 1;
      if (sign === '>') depth -= 1;
      if (sign === '>>') depth -= 2;
      if (depth <= 0 && index > at + 1) this.#skipTo = index + 1;
      if (depth <= 0) return;
      if (sign === ';' || sign === '{' || sign === '}') break;
    }
    this.#hasOpenTemplate = true;
  }

  /** `operator()(int)`: the first parentheses belong to the name. */
  #stepOperator(at: number): Shape {
    this.#name = 'operator';
    if (this.#tokens[at + 1]?.as === '(' && this.#pairs[at + 1] === at + 2) this.#skipTo = at + 3;
    return 'operator';
  }

  #stepParentheses(at: number): Shape {
    const close = this.#pairs[at] ?? -1;
    const before = this.#previous;
    if (close === -1) return 'other';
    if (this.#shape === 'operator') return this.#withParameters(this.#name, at, close);
    if (before?.kind !== 'word') {
      // `const char *(f)(void)`, and `int *(*f(int x))(void)`.
      return before?.as === '*' ? this.#stepNested(at, close) : 'other';
    }
    if (noFunctionNames.has(before.text)) return 'open';
    const first = this.#tokens[at + 1]?.as;
    if (first === '*' || first === '^' || typeKeywords.has(before.text)) {
      return this.#stepNested(at, close);
    }
    return this.#withParameters(before.text, at, close);
  }

  /** `int (*f(int x))(void)`: the name is inside the parentheses. */
  #stepNested(at: number, close: number): Shape {
    for (let index = at + 1; index < close; index += 1) {
      const token = this.#tokens[index];
      if (token?.kind !== 'word' || typeKeywords.has(token.text)) continue;
      return this.#withParameters(token.text, at, close);
    }
    return 'other';
  }

  #withParameters(name: string, at: number, close: number): Shape {
    this.#name = name;
    this.#close = close;
    const parameters = this.#tokens.slice(at + 1, close);
    this.#hasNamesOnly =
      parameters.length > 0 &&
      parameters.every(({ kind, as, text }) =>
        kind === 'word' ? !typeKeywords.has(text) : as === ',',
      );
    return 'header';
  }

  #stepHeader(token: Token): Shape {
    if (token.kind === 'word') {
      if (blockKeywords.has(token.text) && token.text !== 'try') return 'other';
      return jumpKeywords.has(token.text) && token.text !== 'throw' ? 'other' : 'header';
    }
    if (token.as === ':' && this.#isCpp) return 'initializers';
    if (token.as === ';' || token.as === ',') return this.#hasNamesOnly ? 'header' : 'other';
    return afterParameters.has(token.as) || token.kind === 'number' ? this.#again(token) : 'other';
  }

  /** A second pair of parentheses after a plain word is the head of a function after a macro: `WEAK(x) int f(void)`. */
  #again(token: Token): Shape {
    const before = this.#previous;
    if (token.as === '(' && before?.kind === 'word' && !noFunctionNames.has(before.text)) {
      this.#name = before.text;
    }
    return 'header';
  }

  #isAttribute(at: number): boolean {
    return this.#tokens[at + 1]?.as === '[';
  }
}
