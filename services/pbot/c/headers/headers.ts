// Chooses the headers that stand in front of code without an #include: those that declare a name of it.

import { isKeyword } from '../keywords.js';
import { ownNames } from '../macros.js';
import { allWords, type Token } from '../tokens.js';
import { cNames } from './c-names.js';
import { cppHeaderOfC, cppNames } from './cpp-names.js';

export type Standard = 'c89' | 'c99' | 'c11' | 'c2x' | 'c++14';

/** What PBot's users have without a word, smallest set first; each standard adds to the one before. */
const blocks: readonly (readonly [Standard, string])[] = [
  [
    'c89',
    'stdio stdlib string unistd float math limits sys/types stdint errno ctype assert locale setjmp signal time stdarg stddef',
  ],
  ['c99', 'complex tgmath stdbool inttypes wchar fenv iso646'],
  ['c11', 'stdnoreturn stdalign wctype uchar'],
  ['c2x', 'stdatomic threads'],
];

/** The names that POSIX and X/Open add to C's headers. */
const features = ['#define _XOPEN_SOURCE 9001', '#define __USE_XOPEN'];

/** Lines to stand in front of the code. */
export function defaultHeaders(tokens: readonly Token[], standard: Standard): string[] {
  const own = ownNames(tokens);
  const members = memberNames(tokens);
  const words = [...allWords(tokens)].filter((word) => !own.has(word) && !members.has(word));
  if (standard === 'c++14') return cppHeaders(words, tokens);
  const headers = cHeaders(words, standard);
  return headers.length === 0 ? [] : [...features, ...headers.map(includeOf)];
}

function includeOf(header: string): string {
  return `#include <${header}>`;
}

function cHeaders(words: readonly string[], standard: Standard): string[] {
  const block = blockOf(standard);
  const chosen = new Set<string>();
  for (const word of words) {
    const header = cIndex.get(word)?.find((each) => block.has(each));
    if (header !== undefined) chosen.add(header);
  }
  // With it the functions of mathematics are those of the arguments' type. It brings the other two.
  if (block.has('tgmath.h') && (chosen.has('math.h') || chosen.has('complex.h'))) {
    chosen.add('tgmath.h');
  }
  return [...block].filter((header) => chosen.has(header));
}

function blockOf(standard: Standard): Set<string> {
  const last = blocks.findIndex(([name]) => name === standard);
  const names = blocks.slice(0, last + 1).flatMap(([, headers]) => headers.split(' '));
  return new Set(names.map((name) => `${name}.h`));
}

function cppHeaders(words: readonly string[], tokens: readonly Token[]): string[] {
  const cBlock = blockOf('c2x');
  const chosen = new Set<string>();
  const needsAll = words.some((word) => {
    const header = cppIndex.get(word) ?? cppHeaderOf(cIndex.get(word), cBlock);
    if (header !== undefined) chosen.add(header);
    return header === undefined && !isKeyword(word) && !isLocal(word, tokens);
  });
  const headers = needsAll ? ['bits/stdc++.h'] : [...chosen].sort();
  if (headers.length === 0) return [];
  return [...headers.map(includeOf), 'using namespace std;'];
}

function cppHeaderOf(
  candidates: readonly string[] | undefined,
  block: ReadonlySet<string>,
): string | undefined {
  const header = candidates?.find((each) => block.has(each) && !noCppHeaders.has(each));
  return header === undefined ? undefined : (cppHeaderOfC.get(header) ?? header);
}

/** They are empty in C++, or not for it. */
const noCppHeaders = new Set([
  'stdatomic.h',
  'threads.h',
  'tgmath.h',
  'complex.h',
  'stdnoreturn.h',
]);

/** Words that nobody has to declare: parameters of templates and lambdas, structures, labels. */
function isLocal(word: string, tokens: readonly Token[]): boolean {
  return (
    /^(?:main|argc|argv|include|define|undef|ifdef|ifndef|endif|pragma|__\w*|\w+_)$/.test(word) ||
    lambdaNames(tokens).has(word)
  );
}

const namesOfCode = new WeakMap<readonly Token[], ReadonlySet<string>>();

function lambdaNames(tokens: readonly Token[]): ReadonlySet<string> {
  const known = namesOfCode.get(tokens);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'word') continue;
    const before = tokens[index - 1]?.as ?? '';
    if (['&', '*', '&&', '>', '...', ',', '['].includes(before)) {
      const after = tokens[index + 1]?.as ?? '';
      if ([',', ')', '=', ':', ']', ';', '>', '{', '('].includes(after)) names.add(text);
    }
  }
  namesOfCode.set(tokens, names);
  return names;
}

/** Names after a dot, an arrow: the code's own structures have them. */
function memberNames(tokens: readonly Token[]): Set<string> {
  const members = new Set<string>();
  const others = new Set<string>();
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'word') continue;
    const before = tokens[index - 1]?.as;
    (before === '.' || before === '->' ? members : others).add(text);
  }
  for (const word of others) members.delete(word);
  return members;
}

/** For each name its headers, smallest first. */
const cIndex = indexOf(cNames);
const cppIndex = new Map([...indexOf(cppNames)].map(([name, [header]]) => [name, header]));

function indexOf(table: readonly (readonly [string, string])[]): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const [header, names] of table) {
    for (const name of names.trim().split(/\s+/)) {
      index.set(name, [...(index.get(name) ?? []), header]);
    }
  }
  return index;
}
