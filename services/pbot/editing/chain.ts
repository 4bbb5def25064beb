// Reads a chain of editing commands: `undo and s/a/b/g and append 'x' and diff`.

import { blank, visible } from '../white-space.js';
import { texts } from './texts.js';

/** Which occurrences of a text: a number counts from 1. */
type Which = number | 'all' | 'last';

export type Change =
  | {
      readonly kind: 'substitute';
      readonly pattern: string;
      readonly replacement: string;
      readonly flags: string;
    }
  | {
      readonly kind: 'replace';
      readonly which: Which;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'prepend' | 'append'; readonly text: string };

/** Where a chain begins, when not at the newest code. */
export type Start =
  | { readonly kind: 'undo'; readonly count: number }
  | { readonly kind: 'copy'; readonly buffer: string };

/** What a chain does at its end, in place of showing or running what it has made. */
type End =
  | { readonly kind: 'show'; readonly buffer: string | undefined }
  | { readonly kind: 'diff'; readonly buffer: string | undefined }
  | { readonly kind: 'run'; readonly word: string };

export interface Chain {
  readonly kind: 'chain';
  /** The words with a dash in front of the commands, a blank after each. */
  readonly options: string;
  readonly start: Start | undefined;
  readonly changes: readonly Change[];
  readonly end: End | undefined;
}

/** A command that can't be read; the text says why. */
export interface BadChain {
  readonly kind: 'bad';
  readonly text: string;
}

/** The commands at the start of what a user wrote. Undefined where there are none: it is code. */
export function readChain(code: string): Chain | BadChain | undefined {
  const reader = new Reader(code);
  const options = readOptions(reader);
  let start: Start | undefined;
  let end: End | undefined;
  let keyword: Keyword | undefined;
  const changes: Change[] = [];
  while (end === undefined) {
    reader.take(and);
    end = readEnd(reader, { isAlone: start === undefined && changes.length === 0 });
    if (end !== undefined) break;
    const nextStart = changes.length === 0 ? readStart(reader, start) : undefined;
    if (nextStart !== undefined) {
      start = nextStart;
      continue;
    }
    const read = readSubstitution(reader) ?? readQuoting(reader, keyword);
    if (read === undefined) break;
    if (read.kind === 'bad') return read;
    keyword = read.keyword;
    changes.push(read.change);
  }
  const isCommand = changes.length > 0 || end !== undefined || start?.kind === 'undo';
  // `copy` with something unknown after it may be the code of a shell.
  if (!isCommand && !(start?.kind === 'copy' && reader.isAtEnd)) return undefined;
  return { kind: 'chain', options, start, changes, end };
}

type Keyword = 'replace' | 'remove' | 'prepend' | 'append';

type ReadChange =
  | { readonly kind: 'change'; readonly change: Change; readonly keyword: Keyword | undefined }
  | BadChain;

/** Takes pieces off the front of a text. */
class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#text.length;
  }

  /** @param pattern a sticky one */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#position = pattern.lastIndex;
    return match;
  }
}

const wordEnd = `(?=${blank}|$)`;
const nick = String.raw`[A-Za-z_[\]\\^{}|\x60][\w[\]\\^{}|\x60-]*`;
const buffer = `(?:[#&+!]${visible}*|${nick})`;

const leadingBlanks = sticky(`${blank}*`);
const option = sticky(`(-${visible}+)(?:${blank}+|$)`);
const and = sticky(`${blank}*(?:and(?=${blank}|')${blank}*)?`);
const showOrDiff = sticky(`(show|diff)(?:${blank}+(${buffer}))?${blank}*$`);
const run = sticky(`(run|again|paste)${blank}*$`);
const undo = sticky(`undo${wordEnd}${blank}*`);
const copy = sticky(`copy${blank}+(${buffer})${wordEnd}${blank}*`);
const substitution = sticky(String.raw`s/((?:[^/\\]|\\.)*)/((?:[^/\\]|\\.)*)/(${visible}*)`, 'ys');
const substitutionStart = sticky('s/', 'y');
const quotingKeyword = sticky(
  `(replace|remove|prepend|append)(?:${blank}+([^']${visible}*?))?${blank}*(?=')`,
);
const repeatedWhich = sticky(`([A-Za-z]+)${blank}*(?=')`);
const quoteAhead = sticky(`(?=')`);
const quoted = sticky(String.raw`'((?:[^'\\]|\\.)*)'`, 'ys');
const withWord = sticky(`${blank}*with${blank}*`);

function sticky(pattern: string, flags = 'yi'): RegExp {
  return new RegExp(pattern, flags);
}

function readOptions(reader: Reader): string {
  reader.take(leadingBlanks);
  let options = '';
  for (let found = reader.take(option); found; found = reader.take(option)) {
    options += `${found[1] ?? ''} `;
  }
  return options;
}

function readEnd(reader: Reader, { isAlone }: { isAlone: boolean }): End | undefined {
  const runs = reader.take(run);
  if (runs !== undefined) return { kind: 'run', word: word(runs[1]) };
  const found = reader.take(showOrDiff);
  if (found === undefined) return undefined;
  const kind = word(found[1]) === 'show' ? 'show' : 'diff';
  // What follows changes is the rest that nobody knows.
  return kind === 'show' && !isAlone ? undefined : { kind, buffer: found[2] };
}

function readStart(reader: Reader, start: Start | undefined): Start | undefined {
  if (start?.kind === 'copy') return undefined;
  if (reader.take(undo)) return { kind: 'undo', count: (start?.count ?? 0) + 1 };
  if (start !== undefined) return undefined;
  const name = reader.take(copy)?.[1];
  return name === undefined ? undefined : { kind: 'copy', buffer: name };
}

function readSubstitution(reader: Reader): ReadChange | undefined {
  const found = reader.take(substitution);
  if (found === undefined) {
    return reader.take(substitutionStart) && { kind: 'bad', text: texts.unbalancedSlashes };
  }
  const [, pattern = '', replacement = '', flags = ''] = found;
  if (/[^gi]/.test(flags)) return { kind: 'bad', text: texts.badFlags(flags) };
  const change: Change = {
    kind: 'substitute',
    pattern: unescape(pattern, '/'),
    replacement: unescape(replacement, '/'),
    flags,
  };
  return { kind: 'change', change, keyword: undefined };
}

/** A change with texts in single quotes. Without a keyword of its own it repeats the last one. */
function readQuoting(reader: Reader, last: Keyword | undefined): ReadChange | undefined {
  const found = reader.take(quotingKeyword);
  if (found !== undefined) {
    const keyword = word(found[1]) as Keyword;
    const which = found[2];
    // Where nothing can be chosen, what stands there begins code.
    if (which !== undefined && (keyword === 'prepend' || keyword === 'append')) return undefined;
    return readOperands(reader, keyword, which);
  }
  if (last === undefined) return undefined;
  if (last === 'replace' || last === 'remove') {
    const which = reader.take(repeatedWhich)?.[1];
    if (which !== undefined) return readOperands(reader, last, which);
  }
  return reader.take(quoteAhead) && readOperands(reader, last, undefined);
}

function readOperands(reader: Reader, keyword: Keyword, which: string | undefined): ReadChange {
  const text = readQuoted(reader);
  if (keyword === 'prepend' || keyword === 'append') {
    if (text === undefined) return { kind: 'bad', text: texts.unbalancedAddition };
    return { kind: 'change', change: { kind: keyword, text }, keyword };
  }
  const isRemoval = keyword === 'remove';
  const to = isRemoval ? '' : reader.take(withWord) && readQuoted(reader);
  if (text === undefined || to === undefined) {
    const unbalanced = isRemoval ? texts.unbalancedRemove : texts.unbalancedReplace;
    return { kind: 'bad', text: unbalanced };
  }
  const chosen = whichOf(which);
  if (chosen === undefined) return { kind: 'bad', text: texts.badWhich(which ?? '') };
  return { kind: 'change', change: { kind: 'replace', which: chosen, from: text, to }, keyword };
}

function readQuoted(reader: Reader): string | undefined {
  const text = reader.take(quoted)?.[1];
  return text === undefined ? undefined : unescape(text, "'");
}

const ordinals = [
  ['first'],
  ['second'],
  ['third'],
  ['fourth'],
  ['fifth'],
  ['sixth'],
  ['seventh'],
  ['eighth'],
  // PBot's users know the first of these.
  ['nineth', 'ninth'],
  ['tenth'],
];

function whichOf(text = 'first'): Which | undefined {
  const wanted = text.toLowerCase();
  if (wanted === 'all' || wanted === 'last') return wanted;
  const index = ordinals.findIndex((names) => names.includes(wanted));
  return index < 0 ? undefined : index + 1;
}

function word(text = ''): string {
  return text.toLowerCase();
}

/** Other escapes belong to whoever reads the text next. */
function unescape(text: string, delimiter: string): string {
  return text.replace(/\\(.)/gs, (pair, next: string) => (next === delimiter ? delimiter : pair));
}
