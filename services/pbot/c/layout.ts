// Writes tokens as lines: a statement a line, in the manner of Kernighan and Ritchie.

import type { Pairs } from './brackets.js';
import { blockKeywords } from './keywords.js';
import { spaceBetween } from './spacing.js';
import type { Dialect, Token } from './tokens.js';

const indentation = '    ';
/** Deeper code is not moved further, so that a line stays in proportion to its tokens. */
const maxDepth = 24;

/** Lines of code, without a line end at its end. Only white space differs from what was written. */
export function layOut(tokens: readonly Token[], pairs: Pairs, dialect: Dialect): string {
  const writer = new Writer(tokens, pairs, dialect);
  for (const [index, token] of tokens.entries()) writer.write(token, index);
  return writer.end();
}

/** Tokens on one line, as the layout writes them. */
export function inOneLine(tokens: readonly Token[], dialect: Dialect): string {
  let text = '';
  for (const [index, token] of tokens.entries()) {
    text += spaceBetween(tokens, index, dialect) + token.text;
  }
  return text;
}

class Writer {
  readonly #tokens: readonly Token[];
  readonly #pairs: Pairs;
  readonly #dialect: Dialect;
  readonly #lines: string[] = [];
  #line = '';
  /** Closing braces of the blocks that are open, with the depth of parentheses outside of each. */
  readonly #blocks: { readonly close: number; readonly parentheses: number }[] = [];
  #parentheses = 0;
  /** Of conditional expressions whose colon is still to come. */
  #questions = 0;
  /** The colon of such an expression was the last token. */
  #isAfterChoice = false;
  #breaksNext = false;

  constructor(tokens: readonly Token[], pairs: Pairs, dialect: Dialect) {
    this.#tokens = tokens;
    this.#pairs = pairs;
    this.#dialect = dialect;
  }

  write(token: Token, index: number): void {
    const closesBlock = this.#blocks.at(-1)?.close === index;
    if (closesBlock) this.#closeBlock();
    if (token.kind === 'directive') {
      this.#break();
      this.#lines.push(token.text);
      return;
    }
    if (this.#breaksNext && !this.#staysOnLine(token, index)) this.#break();
    this.#breaksNext = false;
    this.#append(token, index);
    if (token.kind === 'comment') {
      this.#breaksNext = true;
      if (token.text.startsWith('//')) this.#break();
    } else if (token.kind === 'other' && !token.isComplete) this.#break();
    else if (token.kind === 'punctuator') this.#breakAfter(token, index, closesBlock);
  }

  end(): string {
    this.#break();
    return this.#lines.join('\n');
  }

  #append(token: Token, index: number): void {
    if (this.#line === '') {
      this.#line = indentation.repeat(Math.min(this.#blocks.length, maxDepth)) + token.text;
    } else {
      this.#line += this.#spaceBefore(token, index) + token.text;
    }
  }

  #spaceBefore(token: Token, index: number): string {
    if (token.as === '?') this.#questions += 1;
    if (token.as === ';') this.#questions = 0;
    if (this.#isAfterChoice) {
      this.#isAfterChoice = false;
      return ' ';
    }
    if (token.as === ':' && this.#questions > 0) {
      this.#questions -= 1;
      this.#isAfterChoice = true;
      return ' ';
    }
    const isAfterCondition = this.#tokens[index - 1]?.as === ')' && this.#endsCondition(index - 1);
    if (isAfterCondition && token.as !== ';') return ' ';
    return spaceBetween(this.#tokens, index, this.#dialect);
  }

  /** The parenthesis of `if (x)`. */
  #endsCondition(close: number): boolean {
    const open = this.#pairs[close] ?? -1;
    return blockKeywords.has(this.#tokens[open - 1]?.text ?? '');
  }

  #breakAfter(token: Token, index: number, closesBlock: boolean): void {
    if (closesBlock) {
      this.#breaksNext = true;
      return;
    }
    switch (token.as) {
      case '(':
      case '[':
        if ((this.#pairs[index] ?? -1) > index) this.#parentheses += 1;
        return;
      case ')':
      case ']':
        if ((this.#pairs[index] ?? -1) >= 0) this.#parentheses -= 1;
        return;
      case ';':
        this.#breaksNext = this.#parentheses === 0;
        return;
      case '{':
        if (this.#isBlock(index)) this.#openBlock(index);
        return;
      case '}':
        // Without its partner; the brace of an initializer has it.
        this.#breaksNext = (this.#pairs[index] ?? -1) === -1;
    }
  }

  #openBlock(index: number): void {
    this.#blocks.push({ close: this.#pairs[index] ?? -1, parentheses: this.#parentheses });
    this.#parentheses = 0;
    this.#break();
  }

  #closeBlock(): void {
    this.#break();
    this.#parentheses = this.#blocks.pop()?.parentheses ?? 0;
  }

  /** After the brace of a block, `else` and the like go on; after a semicolon only a comment does. */
  #staysOnLine(token: Token, index: number): boolean {
    const before = this.#tokens[index - 1];
    if (token.kind === 'comment') return before?.as === ';' && !this.#hasLineEndAfter(token);
    if (before?.as !== '}') return false;
    if (this.#isDeclarator(index)) return true;
    if (token.kind === 'word') return ['else', 'while', 'catch'].includes(token.text);
    return (
      token.kind === 'punctuator' && !['{', '}', '*', '&', '~', '++', '--', '['].includes(token.as)
    );
  }

  #hasLineEndAfter({ text }: Token): boolean {
    return text.includes('\n');
  }

  /** `struct { int x; } a;`: the name follows the body. */
  #isDeclarator(index: number): boolean {
    const open = this.#pairs[index - 1] ?? -1;
    if (open < 0) return false;
    const [one, two, three] = [1, 2, 3].map((back) => this.#tokens[open - back]);
    return [one, two, three].some(
      (token) => token !== undefined && ['struct', 'union', 'enum', 'class'].includes(token.text),
    );
  }

  /** A brace after something that a statement, a type or a function has in front of its block. */
  #isBlock(index: number): boolean {
    if ((this.#pairs[index] ?? -1) === -1) return false;
    const before = this.#tokens[index - 1];
    const afterwards = this.#tokens[index - 2];
    if (before === undefined || before.kind === 'directive' || before.kind === 'comment')
      return true;
    if (before.kind === 'string') return afterwards?.text === 'extern';
    if (before.kind === 'word') return this.#isBlockWord(before, index);
    if (before.as === ')') return this.#parentheses === 0 && !this.#isCompound(index - 1);
    if (before.as === '(' || before.as === '{')
      return this.#tokens[index - 1] !== undefined && this.#opensBlock(index - 1);
    return [';', '}', ':', '>'].includes(before.as) && this.#parentheses === 0;
  }

  /** `({ ... })` is a block, and so is one in a block. */
  #opensBlock(before: number): boolean {
    if (this.#tokens[before]?.as === '(') return this.#parentheses > 0;
    const close = this.#pairs[before];
    return this.#blocks.at(-1)?.close === close;
  }

  #isBlockWord(before: Token, index: number): boolean {
    if (blockWords.has(before.text)) return true;
    for (let back = 2; back <= 4; back += 1) {
      const text = this.#tokens[index - back]?.text ?? '';
      if (text === 'enum') return false;
      if (aggregateWords.has(text)) return true;
      if (text === ';' || text === '}') return false;
    }
    return false;
  }

  /** `(int[]) {1, 2}`: a type in parentheses, after something that takes a value. */
  #isCompound(close: number): boolean {
    const open = this.#pairs[close] ?? -1;
    const before = this.#tokens[open - 1];
    if (before === undefined) return true;
    if (before.kind === 'word') return before.text === 'return' || before.text === 'sizeof';
    return before.kind === 'punctuator' && !['*', ']', ')', '>', '&'].includes(before.as);
  }

  #break(): void {
    if (this.#line !== '') this.#lines.push(this.#line);
    this.#line = '';
  }
}

const blockWords = new Set([
  ...['else', 'do', 'try', 'const', 'noexcept', 'override', 'final', 'mutable', 'volatile'],
  ...['struct', 'union', 'class', 'namespace'],
]);

const aggregateWords = new Set(['struct', 'union', 'class', 'namespace', '->', ':']);
