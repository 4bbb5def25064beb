// Makes a whole program of what somebody typed as C or C++: headers, a main function, a readable layout.

import { arrange } from './arrange.js';
import { pairBrackets } from './brackets.js';
import { defaultHeaders, type Standard } from './headers/headers.js';
import { type Item, splitItems } from './items.js';
import { isExpression } from './last-expression.js';
import { inOneLine, layOut } from './layout.js';
import { usesDebuggerMacros } from './macros.js';
import { type Dialect, type Token, tokenize, wordsOfDirective } from './tokens.js';

export interface PreparedC {
  /** What is compiled, with a line end at its end. */
  readonly source: string;
  /** To evaluate in place of the last statement of a made main, where the program prints nothing. */
  readonly lastExpression?: string;
  readonly mainWasMade: boolean;
  /** Macros of the debugger are called. */
  readonly usesMacros: boolean;
  /** To show in front of the output. */
  readonly warning?: string;
}

export interface HowToPrepare {
  readonly family: 'c' | 'c++';
  readonly standard: Standard;
  /** The code is compiled as it is, without a main function of ours. */
  readonly noMain: boolean;
  /** No headers but those of the code. */
  readonly noHeaders: boolean;
  /** Headers in place of ours. */
  readonly includes: readonly string[];
}

/** The header of the guest with the macros of the debugger. */
const guestHeader = '#include <pbot-vm/candide.h>';

const unterminated =
  'warning: preprocessor directive not terminated by \\n, the remainder of the line will be part of this directive';

/** Prepares code for its compiler. The time is linear in the code's length. */
export function prepareC(code: string, how: HowToPrepare): PreparedC | { readonly error: string } {
  const dialect = { family: how.family, hasTrigraphs: how.standard !== 'c2x' };
  const tokens = tokenize(code, dialect);
  const { pairs, isUnmatched } = pairBrackets(tokens);
  const areLiteralsWhole = tokens.every(
    ({ kind, isComplete }) => isComplete || kind === 'directive',
  );
  if (isUnmatched && areLiteralsWhole) return { error: 'unmatched brackets' };
  const items = splitItems(tokens, {
    pairs,
    isCpp: how.family === 'c++',
    blockMacros: blockMacros(tokens),
  });
  const mainWasMade = !how.noMain && !hasMain(tokens, items);
  const whole = mainWasMade ? withMain(tokens, items, dialect) : { tokens };
  const usesMacros = usesDebuggerMacros(tokens);
  const prelude = preludeOf(tokens, how);
  const compiled = usesMacros && !how.noHeaders ? withMacros(whole.tokens, dialect) : whole.tokens;
  const body = layOut(compiled, pairBrackets(compiled).pairs, dialect);
  const lines = [...prelude, ...(body === '' ? [] : [body])];
  const warning = swallowsCode(tokens) ? unterminated : undefined;
  const lastExpression = usesMacros ? undefined : whole.lastExpression;
  return {
    source: `${lines.join('\n')}\n`,
    ...(lastExpression !== undefined && { lastExpression }),
    mainWasMade,
    usesMacros,
    ...(warning !== undefined && { warning }),
  };
}

function preludeOf(tokens: readonly Token[], how: HowToPrepare): string[] {
  const includes = how.includes.map((name) => `#include <${name}>`);
  if (how.noHeaders || includes.length > 0 || tokens.some(isInclude)) return includes;
  return defaultHeaders(tokens, how.standard);
}

/** The macros come after all headers, whose functions may have their names. */
function withMacros(tokens: readonly Token[], dialect: Dialect): readonly Token[] {
  const last = tokens.findLastIndex(isInclude);
  return [
    ...tokens.slice(0, last + 1),
    ...tokenize(guestHeader, dialect),
    ...tokens.slice(last + 1),
  ];
}

function isInclude({ kind, text }: Token): boolean {
  return kind === 'directive' && /^\S+?\s*(?:include|import|embed)/.test(text);
}

/** A function of that name, or a macro that may make one. */
function hasMain(tokens: readonly Token[], items: readonly Item[]): boolean {
  return items.some(({ kind, name, start, end }) => {
    if (kind === 'function') return name === 'main';
    if (kind === 'directive') return wordsOfDirective(tokens[start]?.text ?? '').includes('main');
    return kind === 'simple' && beginsMain(tokens.slice(start, end));
  });
}

/** `int main(void) BEGIN ... END`: macros stand for the braces. */
function beginsMain(tokens: readonly Token[]): boolean {
  const at = tokens.findIndex(({ text }) => text === 'main');
  if (at === -1 || tokens[at + 1]?.as !== '(') return false;
  const close = tokens.findIndex(({ as }, index) => index > at && as === ')');
  return (
    tokens[close + 1]?.kind === 'word' && tokens.slice(0, at).every(({ kind }) => kind === 'word')
  );
}

/** Macros with parentheses that begin a loop or a condition: what follows is no function. */
function blockMacros(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>();
  for (const { kind, text } of tokens) {
    if (kind !== 'directive') continue;
    const [, name, body] = /^\S+\s*define\s+(\w+)\(([\s\S]*)$/.exec(text) ?? [];
    if (name !== undefined && /\b(?:for|while|if|switch)\b/.test(body ?? '')) names.add(name);
  }
  return names;
}

interface WithMain {
  readonly tokens: readonly Token[];
  readonly lastExpression?: string;
}

function withMain(tokens: readonly Token[], items: readonly Item[], dialect: Dialect): WithMain {
  const isCpp = dialect.family === 'c++';
  const { outside, body } = arrange(tokens, items, isCpp);
  const of = (item: Item): readonly Token[] => tokens.slice(item.start, item.end);
  const statements = withoutBraces(body.map((item) => ({ item, tokens: of(item) })));
  const last = statements.findLast(({ tokens: each }) => each.some(isCode));
  const value = last === undefined ? [] : trimmed(last.tokens);
  const hasValue = last?.item.kind === 'simple' && isExpression(value);
  return {
    tokens: [
      ...outside.flatMap(of),
      ...tokenize(' int main(int argc, char *argv[]) {', dialect),
      ...statements.flatMap(({ item, tokens: each }) =>
        item.isFinished ? each : withSemicolon(each, dialect),
      ),
      ...tokenize(' return 0; }', dialect),
    ],
    ...(hasValue && { lastExpression: inOneLine(value, dialect) }),
  };
}

interface Statement {
  readonly item: Item;
  readonly tokens: readonly Token[];
}

/** One pair of braces around all of the body is taken off. */
function withoutBraces(statements: readonly Statement[]): readonly Statement[] {
  const [only] = statements;
  if (statements.length !== 1 || only?.item.kind !== 'block') return statements;
  const first = only.tokens.find(isCode);
  if (first?.as !== '{' || only.tokens.at(-1)?.as !== '}') return statements;
  const at = only.tokens.indexOf(first);
  const inner = only.tokens.filter((_, index) => index !== at).slice(0, -1);
  const { pairs } = pairBrackets(inner);
  const splitting = { pairs, isCpp: false, blockMacros: new Set<string>() };
  return splitItems(inner, splitting).map((item) => ({
    item,
    tokens: inner.slice(item.start, item.end),
  }));
}

function isCode({ kind }: Token): boolean {
  return kind !== 'comment' && kind !== 'directive';
}

/** A statement without its semicolon. */
function trimmed(tokens: readonly Token[]): readonly Token[] {
  return tokens.at(-1)?.as === ';' ? tokens.slice(0, -1) : tokens;
}

/** The semicolon that was left out at the end, in front of a comment there. */
function withSemicolon(tokens: readonly Token[], dialect: Dialect): readonly Token[] {
  const last = tokens.findLastIndex(isCode);
  if (last === -1) return tokens;
  return [...tokens.slice(0, last + 1), ...tokenize(';', dialect), ...tokens.slice(last + 1)];
}

/** A directive without a line end holds what was meant as code. */
function swallowsCode(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last?.kind !== 'directive' || last.isComplete) return false;
  return /[;{]/.test(last.text) || !tokens.some(isCode);
}
