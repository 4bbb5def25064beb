// Fuzz target: C and C++ as it is typed on IRC.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { prepareC } from '../../../services/pbot/c/prepare.js';
import { type Token, tokenize } from '../../../services/pbot/c/tokens.js';
import type { Target } from './target.js';

const pieces = fc.constantFrom(
  ...[
    'int',
    'main',
    'f',
    'x',
    'y',
    'struct',
    'A',
    'template',
    'typename',
    'T',
    'class',
    'if',
    'for',
    'while',
  ],
  ...[
    'do',
    'else',
    'return',
    'sizeof',
    'operator',
    'namespace',
    'using',
    'extern',
    'printf',
    'print',
    'case',
    'u8',
    'L',
    'R',
  ],
  ...[
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '<',
    '>',
    ';',
    ',',
    ':',
    '::',
    '?',
    '=',
    '==',
    '+',
    '++',
    '-',
    '->',
    '*',
    '&',
    '&&',
    '.',
    '~',
    '!',
  ],
  ...['<%', '%>', '<:', ':>', '%:', '??<', '??>', '??/', '??=', '<::', '...'],
  ...[
    '"a"',
    '"b\\n"',
    "'c'",
    '"',
    "'",
    '"{;',
    'R"(a"b)"',
    'R"x(',
    '0x1p-3',
    '1e+',
    '.5',
    '12',
    "1'0",
  ],
  ...[
    '//',
    '/*',
    '*/',
    '/',
    '\\',
    '\\n',
    '\n',
    '\r\n',
    '\\\n',
    '|n',
    '|',
    ' ',
    '\t',
    '\0',
    'ü',
    '\u{1f600}',
    '@',
    '`',
    '$',
  ],
  ...[
    '#',
    '##',
    '#define F(x) x',
    '#define A 1 ',
    '#include <stdio.h>',
    '#include "x"',
    '#if 1',
    '#else',
    '#endif',
    "#error don't",
  ],
);

const code = fc.oneof(
  { weight: 4, arbitrary: fc.array(pieces, { maxLength: 60 }).map((each) => each.join('')) },
  { weight: 4, arbitrary: fc.array(pieces, { maxLength: 60 }).map((each) => each.join(' ')) },
  fc.string({ unit: 'binary', maxLength: 200 }),
  // What a careless search would look through once for each piece.
  fc
    .tuple(pieces, pieces, fc.integer({ min: 1000, max: 4000 }))
    .map(([one, other, count]) => `${one}${other} `.repeat(count)),
);

const how = fc.record({
  family: fc.constantFrom('c' as const, 'c++' as const),
  standard: fc.constantFrom('c89' as const, 'c11' as const, 'c2x' as const),
  noMain: fc.boolean(),
  noHeaders: fc.boolean(),
  includes: fc.constantFrom([], ['x.h']),
});

/** What a compiler sees of a token. */
const textOf = ({ kind, text }: Token): string => (kind === 'other' ? text.trim() : text);

/** Whatever follows it belongs to it. */
const swallowsLines = ({ kind, text, isComplete }: Token): boolean =>
  !isComplete && (kind === 'comment' || text.includes(kind === 'directive' ? '/*' : 'R"'));

export const cCode: Target = {
  name: 'c-code',
  promise: 'C and C++ become a program, whose tokens are those of the code and no others',
  property: fc.property(code, how, (typed, { standard, ...options }) => {
    const isCpp = options.family === 'c++';
    const prepared = prepareC(typed, { ...options, standard: isCpp ? 'c++14' : standard });
    if ('error' in prepared) {
      assert.equal(prepared.error, 'unmatched brackets');
      return;
    }
    assert.ok(prepared.source.endsWith('\n'), 'a line end');
    const dialect = { family: options.family, hasTrigraphs: isCpp || standard !== 'c2x' };
    const tokens = tokenize(typed, dialect);
    if (tokens.some(swallowsLines)) return;
    const before = tokens.map(textOf);
    const braces = new Set(tokens.filter(({ as }) => as === '{' || as === '}').map(textOf));
    const after = tokenize(prepared.source, dialect).map(textOf);
    if (!prepared.mainWasMade) {
      const own = after.filter((text) => text !== '#include <pbot-vm/candide.h>');
      const prelude = own.splice(0, own.length - before.length);
      assert.deepEqual(own, before);
      assert.ok(
        prelude.every((line) => /^#(?:include|define)|^(?:using|namespace|std|;)$/.test(line)),
      );
      return;
    }
    const counts = new Map<string, number>();
    for (const text of after) counts.set(text, (counts.get(text) ?? 0) + 1);
    for (const text of before) {
      const count = counts.get(text) ?? 0;
      // One pair of braces around the body may be taken off.
      assert.ok(count > 0 || braces.has(text), `the token ${JSON.stringify(text)} is lost`);
      counts.set(text, count - 1);
    }
  }),
};
