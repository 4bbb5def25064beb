// Splits C and C++ as it is written on IRC into tokens. Nothing of the text is lost but white space.

import { readDirective, withoutContinuation } from './directive.js';

type TokenKind =
  | 'word'
  | 'number'
  | 'string'
  | 'character'
  | 'punctuator'
  | 'comment'
  | 'directive'
  /** A literal without its end, or a character that begins nothing. */
  | 'other';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** A punctuator's usual form: `{` for `<%` and `??<`. For others the text. */
  readonly as: string;
  /** White space or a line end stands in front of it. */
  readonly isSpaced: boolean;
  /** A literal or a comment has its end; a directive its line end. */
  readonly isComplete: boolean;
}

/** How the code is to be read. */
export interface Dialect {
  readonly family: 'c' | 'c++';
  /** `??<` is a brace; C23 knows no trigraphs. */
  readonly hasTrigraphs: boolean;
}

/**
 * Reads code. A typed `\n` outside of literals ends the line, and so does a typed `|n` that is no "or".
 * The time is linear in the code's length.
 */
export function tokenize(code: string, dialect: Dialect): Token[] {
  const patterns = dialect.hasTrigraphs ? withTrigraphs : withoutTrigraphs;
  const tokens: Token[] = [];
  let isSpaced = false;
  let previous: Token | undefined;
  for (let at = 0; at < code.length; ) {
    const gap = matchAt(patterns.space, code, at) ?? lineBreakAt(code, at, previous);
    if (gap !== undefined) {
      isSpaced = true;
      at += gap.length;
      continue;
    }
    const found = readToken(code, at, { dialect, patterns });
    const token = { ...found.token, isSpaced };
    tokens.push(token);
    if (token.kind !== 'comment') previous = token;
    at = found.end;
    isSpaced = false;
  }
  return tokens;
}

/** All words of the code, those of its directives included. */
export function allWords(tokens: readonly Token[]): Set<string> {
  const words = new Set<string>();
  for (const { kind, text } of tokens) {
    if (kind === 'word') words.add(text);
    if (kind === 'directive') for (const word of wordsOfDirective(text)) words.add(word);
  }
  return words;
}

/** Words of a directive outside of its literals. */
export function wordsOfDirective(text: string): readonly string[] {
  return text.replace(literals, ' ').match(words) ?? [];
}

const words = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g;
const literals = /\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs;

/** What a token is, and where the next may begin. */
interface Reading {
  readonly token: Omit<Token, 'isSpaced'>;
  readonly end: number;
}

interface Patterns {
  /** White space, and the backslash that continues a line. */
  readonly space: RegExp;
  readonly string: RegExp;
  readonly character: RegExp;
}

const number =
  /\.?[0-9](?:[eEpP][+-]|'(?=[0-9A-Za-z_])|[0-9A-Za-z_.$\u0080-\uffff]|\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*/y;
const word =
  /(?:[A-Za-z_$\u0080-\uffff]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})(?:[\w$\u0080-\uffff]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\\r?\n)*/y;
const punctuator =
  /<::(?![:>])|%:%:|\?\?[<>()='!-]|\.\.\.|<<=|>>=|<=>|->\*|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|::|\.\*|<:|:>|<%|%>|%:|[-+*/%&|^!~<>=?:;,.()[\]{}#]/y;
const blockComment = /\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?/y;
const lineComment = /\/\/(?:[^\n\\]|\\(?!n)[\s\S])*/y;
const rawString = /(?:u8|[uUL])?R"([^()\\\s"]{0,16})\(/y;
const unterminated = /(?:u8|[uUL])?["'][^\n]*/y;
const other = /\\[\s\S]|[\s\S]/y;
const otherWithTrigraph = /\?\?\/[\s\S]/y;

/** Without nested choices, so that a literal has one reading only. */
function literal(quote: string, escape: string): RegExp {
  const prefix = '(?:u8|[uUL])?';
  const plain = `[^${quote}\\\\\\n?]|\\?(?!\\?\\/)`;
  return new RegExp(`${prefix}${quote}(?:${plain}|${escape})*${quote}`, 'y');
}

const backslash = String.raw`\\[\s\S]`;
const withTrigraphs: Patterns = {
  space: /(?:[ \t\v\f\r\n]|(?:\\|\?\?\/)(?:[ \t\v\f\r\n]|$))+/y,
  string: literal('"', String.raw`${backslash}|\?\?\/[\s\S]`),
  character: literal("'", String.raw`${backslash}|\?\?\/[\s\S]`),
};
const withoutTrigraphs: Patterns = {
  space: /(?:[ \t\v\f\r\n]|\\(?:[ \t\v\f\r\n]|$))+/y,
  string: literal('"', String.raw`${backslash}|\?(?=\?\/)`),
  character: literal("'", String.raw`${backslash}|\?(?=\?\/)`),
};

const usualForms: ReadonlyMap<string, string> = new Map([
  ['<%', '{'],
  ['%>', '}'],
  ['<:', '['],
  [':>', ']'],
  ['??<', '{'],
  ['??>', '}'],
  ['??(', '['],
  ['??)', ']'],
  ["??'", '^'],
  ['??!', '|'],
  ['??-', '~'],
]);

interface How {
  readonly dialect: Dialect;
  readonly patterns: Patterns;
}

function readToken(code: string, at: number, { dialect, patterns }: How): Reading {
  const hash = hashAt(code, at, dialect);
  if (hash !== undefined) {
    const { text, end, isTerminated } = readDirective(code, at);
    return { token: { kind: 'directive', text, as: '#', isComplete: isTerminated }, end };
  }
  const comment = matchAt(lineComment, code, at) ?? matchAt(blockComment, code, at);
  if (comment !== undefined) {
    const isComplete = comment.startsWith('//') || /^\/\*[\s\S]*\*\/$/.test(comment);
    const text = comment.startsWith('//') ? withoutContinuation(comment) : comment;
    return reading('comment', text, { end: at + comment.length, isComplete });
  }
  return readLiteral(code, at, { dialect, patterns }) ?? readPlain(code, at, dialect);
}

function hashAt(code: string, at: number, { hasTrigraphs }: Dialect): string | undefined {
  return ['#', '%:', ...(hasTrigraphs ? ['??='] : [])].find((each) => code.startsWith(each, at));
}

function readLiteral(code: string, at: number, how: How): Reading | undefined {
  if (how.dialect.family === 'c++') {
    const raw = readRawString(code, at);
    if (raw !== undefined) return raw;
  }
  for (const kind of ['string', 'character'] as const) {
    const text = matchAt(how.patterns[kind], code, at);
    if (text === undefined) continue;
    // In C++ a word right after a literal belongs to it.
    const suffix =
      how.dialect.family === 'c++' ? (matchAt(word, code, at + text.length) ?? '') : '';
    return reading(kind, text + suffix, { end: at + text.length + suffix.length });
  }
  const rest = matchAt(unterminated, code, at);
  if (rest === undefined) return undefined;
  return reading('other', rest, { end: at + rest.length, isComplete: false });
}

function readRawString(code: string, at: number): Reading | undefined {
  rawString.lastIndex = at;
  const match = rawString.exec(code);
  if (match === null) return undefined;
  const mark = `)${match[1] ?? ''}"`;
  const close = code.indexOf(mark, at + match[0].length);
  if (close === -1) {
    return reading('other', code.slice(at), { end: code.length, isComplete: false });
  }
  const textEnd = close + mark.length;
  const end = textEnd + (matchAt(word, code, textEnd) ?? '').length;
  return reading('string', code.slice(at, end), { end });
}

function readPlain(code: string, at: number, dialect: Dialect): Reading {
  if (dialect.hasTrigraphs) {
    const escape = matchAt(otherWithTrigraph, code, at);
    if (escape !== undefined) return reading('other', escape, { end: at + escape.length });
  }
  const plain = [
    ['number', number],
    ['word', word],
  ] as const;
  for (const [kind, pattern] of plain) {
    const text = matchAt(pattern, code, at);
    if (text !== undefined) return reading(kind, text, { end: at + text.length });
  }
  const text = punctuatorAt(code, at, dialect);
  if (text !== undefined) return reading('punctuator', text, { end: at + text.length });
  const strange = matchAt(other, code, at) ?? code.slice(at);
  return reading('other', strange, { end: at + strange.length });
}

function punctuatorAt(code: string, at: number, dialect: Dialect): string | undefined {
  const text = matchAt(punctuator, code, at);
  if (text === undefined) return undefined;
  // `std::vector<::T>`: here the digraph `<:` is none in C++.
  if (text === '<::') return dialect.family === 'c++' ? '<' : '<:';
  if (text.startsWith('??') && !dialect.hasTrigraphs) return '?';
  if (dialect.family === 'c' && cppOnly.has(text)) return text === '->*' ? '->' : text.slice(0, -1);
  return text;
}

const cppOnly = new Set(['->*', '.*', '<=>']);

function reading(
  kind: TokenKind,
  text: string,
  { end, isComplete = true }: { end: number; isComplete?: boolean },
): Reading {
  const as = kind === 'punctuator' ? (usualForms.get(text) ?? text) : text;
  return { token: { kind, text, as, isComplete }, end };
}

function matchAt(pattern: RegExp, code: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0];
}

/** A line end as users of IRC type it. After something that has a value, `|n` is an "or". */
function lineBreakAt(code: string, at: number, previous: Token | undefined): string | undefined {
  if (code.startsWith('\\n', at)) return '\\n';
  if (!code.startsWith('|n', at)) return undefined;
  return previous === undefined || !hasValue(previous) ? '|n' : undefined;
}

function hasValue({ kind, as }: Token): boolean {
  if (kind === 'punctuator') return as === ')' || as === ']' || as === '|';
  return kind !== 'directive';
}
