// Makes a whole program of what somebody typed as Java: imports, a class, a main method.

import { pairBrackets } from '../c/brackets.js';
import { type Item, splitItems } from '../c/items.js';
import { type Token, tokenize } from '../c/tokens.js';

export interface HowToWrap {
  /** The code is compiled as it is, without a class and a main method of ours. */
  readonly noMain: boolean;
  /** No imports but those of the code. */
  readonly noHeaders: boolean;
}

/** `java.lang` is there without an import. */
const imports = 'import java.util.*;';

/** Java's literals, comments and brackets are read as those of C++, whose differences play no part here. */
const dialect = { family: 'c++', hasTrigraphs: false } as const;

/**
 * Imports what the code does not import itself, and puts code without a main method into one, in a class `prog`. Methods stay
 * outside of main, and classes outside of that class. The time is linear in the code's length.
 */
export function javaProgram(code: string, how: HowToWrap): string {
  const tokens = withFinishedTypes(tokenize(code, dialect));
  const { pairs } = pairBrackets(tokens);
  const splitting = { pairs, isCpp: true, blockMacros: new Set<string>() };
  const parts = splitItems(tokens, splitting).map((item) => partOf(item, tokens));
  const of = (place: Part['place']) =>
    parts.flatMap((part) => (part.place === place ? [part.text] : []));
  const added = how.noHeaders || of('imports').length > 0 ? [] : [imports];
  if (how.noMain || hasMain(tokens)) return lines([...added, code]);
  return lines([
    ...added,
    ...of('imports'),
    'class prog {',
    ...of('class'),
    'public static void main(String[] args) throws Exception {',
    ...of('main'),
    '}',
    '}',
    ...of('outside'),
  ]);
}

/** C++ wants a semicolon behind a class, and Java takes one. */
function withFinishedTypes(tokens: readonly Token[]): Token[] {
  const { pairs } = pairBrackets(tokens);
  const finished: Token[] = [];
  let isType = false;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    if (types.has(token.text)) isType = true;
    if (token.as === ';') isType = false;
    const close = pairs[at] ?? -1;
    const end = close > at ? close : at;
    finished.push(...tokens.slice(at, end + 1));
    if (isType && token.as === '{' && close > at) {
      finished.push(...tokenize(';', dialect));
      isType = false;
    }
    at = end;
  }
  return finished;
}

interface Part {
  readonly place: 'imports' | 'outside' | 'class' | 'main';
  readonly text: string;
}

const modifiers = new Set(
  'public protected private static final abstract synchronized strictfp sealed'.split(' '),
);
const types = new Set(['class', 'interface', 'enum', 'record']);

function partOf({ kind, start, end, isFinished }: Item, all: readonly Token[]): Part {
  const tokens = all.slice(start, end);
  const text = joined(tokens);
  const words = tokens.filter((token) => token.kind !== 'comment');
  const first = words.find(({ text: word }) => !modifiers.has(word));
  if (first?.text === 'import' || first?.text === 'package') return { place: 'imports', text };
  const isType = types.has(first?.text ?? '') || first?.as === '@';
  if (isType && tokens.some(({ as }) => as === '{')) return { place: 'outside', text };
  if (kind === 'function') {
    const isStatic = words.some(({ text: word }) => word === 'static');
    return { place: 'class', text: isStatic ? text : `static ${text}` };
  }
  return { place: 'main', text: isFinished || words.length === 0 ? text : `${text};` };
}

function hasMain(tokens: readonly Token[]): boolean {
  return tokens.some(({ text }, at) => text === 'main' && tokens[at + 1]?.as === '(');
}

/** The text of tokens; a comment to the end of its line stays one. */
function joined(tokens: readonly Token[]): string {
  let text = '';
  let endsLine = false;
  for (const token of tokens) {
    const space = text !== '' && token.isSpaced ? ' ' : '';
    text += `${endsLine ? '\n' : space}${token.text}`;
    endsLine = token.text.startsWith('//');
  }
  return endsLine ? `${text}\n` : text;
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
