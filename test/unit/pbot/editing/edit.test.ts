import { describe, expect, it } from 'vitest';
import { type EditOutcome, edit } from '../../../../services/pbot/editing/edit.js';

const buffers: Record<string, readonly string[]> = { '#c': ['copied a;', 'older'], nick: [] };

function outcomeOf(code: string, own: readonly string[] = []): EditOutcome {
  return edit(code, { own, buffer: (name) => buffers[name], nowMs: () => 0 });
}

const say = (text: string, change: { drop?: number; store?: string[] } = {}) => ({
  kind: 'say',
  text,
  drop: change.drop ?? 0,
  store: change.store ?? [],
});

const ran = (code: string, change: { drop?: number; store?: string[]; paste?: boolean } = {}) => ({
  kind: 'run',
  code,
  paste: change.paste ?? false,
  drop: change.drop ?? 0,
  store: change.store ?? [],
});

/** A change whose result runs and is stored. */
const changed = (code: string) => ran(code, { store: [code] });

const hello = 'printf("Hello, world!");';
const two = [hello, 'puts("Hello");'];
const many = ['a a a a a a a a a a a'];

const exchanges: [string, readonly string[], unknown][] = [
  ['show', two, say(hello)],
  ['Show', two, say(hello)],
  ['show #c', two, say('copied a;')],
  ['show #d', two, say('No recent code to show.')],
  ['show', [], say('No recent code to show.')],
  ['diff', ['b c;', 'a c;'], say('`replaced a with b` c;')],
  ['diff', ['a c;', 'a b c;'], say('a `removed b` c;')],
  ['diff', ['a b c;', 'a c;'], say('a `inserted b` c;')],
  ['diff', ['a x y d', 'a b c d'], say('a `replaced b c with x y` d')],
  ['diff', ['a', 'a'], say('No difference.')],
  ['diff', ['a'], say('Not enough recent code to diff.')],
  ['diff #c', [], say('`replaced older with copied a;`')],
  ['diff nick', two, say('Not enough recent code to diff.')],
  ['s/a/b/ and diff', ['a;'], say('`replaced a with b`;', { store: ['b;'] })],
  ['run', two, ran(hello)],
  ['again', two, ran(hello)],
  ['run', [], say('No recent code to run.')],
  ['again', [], say('No recent code to again.')],
  ['-std=c99 -O2 run', ['x;'], ran('-std=c99 -O2 x;')],
  ['paste', two, ran(hello, { paste: true })],
  ['paste', [], say('No recent code to paste.')],
  ['undo', two, say('puts("Hello");', { drop: 1 })],
  ['undo undo', ['a', 'b', 'c'], say('c', { drop: 2 })],
  ['undo and undo', ['a', 'b', 'c'], say('c', { drop: 2 })],
  ['undo', ['a'], say('No more undos remaining.')],
  ['undo and run', ['a', 'b'], ran('b', { drop: 1 })],
  ['undo and s/b/c/', ['a', 'b'], ran('c', { drop: 1, store: ['c'] })],
  ['copy #c', two, say('copied a;', { store: ['copied a;'] })],
  ['copy #c and run', two, ran('copied a;')],
  ['copy #c s/a/b/', two, ran('copied b;', { store: ['copied a;', 'copied b;'] })],
  ['copy nick', two, say('No history for nick.')],
  ['s/Hello/Bye/', two, changed('printf("Bye, world!");')],
  ['s/hello/Bye/i', two, changed('printf("Bye, world!");')],
  ['s/o/0/g and s/0/o/', two, changed('printf("Hello, w0rld!");')],
  ['s/(\\w+), (\\w+)/$2, $1/', two, changed('printf("world, Hello!");')],
  ["s/b/<$`|$'>/", ['abc'], changed('a<a|c>c')],
  ['s/a\\/b/c\\/d/', ['a/b'], changed('c/d')],
  ['s/a/a/', ['a'], changed('a')],
  ['s/a/b/ whatever this is', ['a'], changed('b')],
  ['s/z*/-/g', ['xa'], changed('-x-a-')],
  ['s/q/b/', two, say('No substitutions made.')],
  ['s/H/b/ and s/q/b/', two, say('No substitutions made.')],
  ['s/a/b/', [], say('No recent code to change.')],
  ['s/a/b/x', two, say("Bad regex modifier 'x'.  Only 'i' and 'g' are allowed.")],
  [
    's/a/b',
    two,
    say('Unbalanced slashes.  Usage: cc s/regex/substitution/[gi] [and s/.../.../ [and ...]]'),
  ],
  ['s/(/b/', two, say('error parsing regexp: missing closing ): `(`')],
  ["replace 'Hello' with 'Bye'", two, changed('printf("Bye, world!");')],
  ["replace all 'l' with 'x'", two, say('No replacements made.')],
  ["replace all '!' with ' it\\'s'", two, changed('printf("Hello, world it\'s");')],
  [
    "replace first 'a' with 'b' and second 'a' with 'c' and last 'a' with 'z'",
    many,
    changed('b c a a a a a a a a z'),
  ],
  ["replace nineth 'a' with 'b'", many, changed('a a a a a a a a b a a')],
  ["replace all 'a' with 'b' and s/a/q/", ['a a'], changed('q b')],
  [
    "replace eleventh 'a' with 'b'",
    many,
    say(
      "Bad replacement modifier 'eleventh'; valid modifiers are 'all', 'first', 'second', ..., 'tenth', 'last'",
    ),
  ],
  [
    "replace 'a' with 'b",
    many,
    say("Unbalanced single quotes.  Usage: cc replace 'from' with 'to' [and ...]"),
  ],
  ["remove 'Hello, '", two, changed('printf("world!");')],
  ["remove first 'a' and tenth 'a'", ['a b'], say('No replacements made.')],
  ["remove 'a' and 'b'", ['a;b;'], changed(';;')],
  [
    "remove 'a",
    many,
    say(
      "Unbalanced single quotes.  Usage: cc remove [all, first, .., tenth, last] 'text' [and ...]",
    ),
  ],
  ["prepend '-O2'", ['x;'], changed('-O2 x;')],
  ["append 'y;' and 'z;'", ['x;'], changed('x; y; z;')],
  ["and append 'y;'", ['x;'], changed('x; y;')],
  ["prepend 'x'", [], say('No recent code to prepend to.')],
  ["append 'x'", [], say('No recent code to append to.')],
  ["append 'x", ['a'], say("Unbalanced single quotes.  Usage: cc append 'text' [and ...]")],
  ['run();', two, { kind: 'none' }],
  ['show me more', two, { kind: 'none' }],
  ['copy a b', two, { kind: 'none' }],
  ['remove("file");', two, { kind: 'none' }],
  ["append(x, 'y')", two, { kind: 'none' }],
  ['diff a b', two, { kind: 'none' }],
  ['undoing = 1', two, { kind: 'none' }],
  ['', two, { kind: 'none' }],
  [hello, two, { kind: 'none' }],
];

describe('edit', () => {
  it.each(exchanges)('answers %j with %j before it', (code, own, outcome) => {
    expect(outcomeOf(code, own)).toEqual(outcome);
  });

  it('gives up a chain that takes too long', () => {
    let nowMs = 0;
    const outcome = edit('s/a/b/g', {
      own: ['a'.repeat(1000)],
      buffer: () => undefined,
      nowMs: () => (nowMs += 1),
    });
    expect(outcome).toEqual(say('The change takes too long.'));
  });

  it('makes no code that is too long', () => {
    expect(outcomeOf("s/b/$`$'/", ['a'.repeat(999_999) + 'b'.repeat(2)])).toEqual(
      say('The changed code is too long.'),
    );
  });

  it('shows two long codes of different words as one change', () => {
    const older = `x ${'a '.repeat(5000)}y`;
    const newer = `x ${'b '.repeat(5000)}y`;
    const outcome = outcomeOf('diff', [newer, older]);
    expect(outcome.kind === 'say' && outcome.text.slice(0, 20)).toBe('x `replaced a a a a ');
  });
});
