// Fuzz target: globs and paths, on the host, in the guest and as regular expressions.

import assert from 'node:assert/strict';
import { posix } from 'node:path';
import fc from 'fast-check';
import { globMatcher } from '../../../guest/protocol/glob.js';
import { findPathConflict, validatePath } from '../../../guest/protocol/paths.js';
import { matchesByExpression } from '../../support/glob-expression.js';
import { GuestMatcher } from './guest-matcher.js';
import type { Target } from './target.js';

const wild = fc.constantFrom('*', '?', '**', '[a]');
const plain = fc.constantFrom('a', 'b', 'ab', '/', '.', '..', 'ü', '😀');

const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '/'), maxLength: 4 }),
  fc.array(fc.oneof(plain, wild), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary' }),
);

/** As long as a path may be: where a star that was wrong is tried again everywhere, it takes for ever. */
const long = fc
  .tuple(
    fc.constantFrom('*a', '*a*', 'a', '**/', 'a/', '?*', '*/', '**/*a/'),
    fc.constantFrom('', 'a', 'b', '*b', '**'),
  )
  .map(([part, end]) => part.repeat(Math.floor((250 - end.length) / part.length)) + end);

const glob = fc.oneof({ weight: 8, arbitrary: anyText }, { weight: 1, arbitrary: long });

/** What a glob may stand for, or nearly: something in place of each of its wildcards, or of that and what is around it. */
const nearlyMatched = (text: string) =>
  fc
    .record({
      fillers: fc.infiniteStream(fc.constantFrom('', 'a', 'b', 'ü', 'a/b', '.')),
      isAround: fc.boolean(),
    })
    .map(({ fillers, isAround }) =>
      text.replace(isAround ? /.?[*?]+.?/gu : /\*+|\?/g, () => fillers.next().value as string),
    );

const questions = fc.array(glob, { maxLength: 8 }).chain((asked) =>
  fc.record({
    asked: fc.constant(asked),
    paths: fc.array(fc.oneof(glob, ...asked.map(nearlyMatched)), { maxLength: 20 }),
  }),
);

const guest = new GuestMatcher();

/** In characters: regular expressions are slow, where there are many stars. */
const maxSimpleLength = 24;

export const globs: Target = {
  name: 'globs',
  promise:
    'a path that is taken stays in its directory, and globs stand for the same paths here, in the guest and as regular expressions',
  property: fc.asyncProperty(questions, async ({ asked, paths }) => {
    const alone = asked.map((each) => paths.map(globMatcher([each])));
    assert.deepEqual(alone, await guest.match(asked, paths));
    assert.deepEqual(
      paths.map(globMatcher(asked)),
      paths.map((_, i) => alone.some((answers) => answers[i])),
    );
    const good = paths.filter((path) => validatePath(path) === undefined);
    for (const path of good) {
      assert.equal(posix.resolve('/home/vm', path), `/home/vm/${path}`);
      for (const [i, each] of asked.entries()) {
        if (each.length + path.length > maxSimpleLength) continue;
        assert.equal(alone[i]?.[paths.indexOf(path)], matchesByExpression(each, path));
      }
      if (!/[*?]/.test(path)) assert.ok(globMatcher([path])(path), `${path} stands for itself`);
    }
    const isDouble = new Set(good).size < good.length;
    const isInFile = good.some((path) => good.some((other) => path.startsWith(`${other}/`)));
    assert.equal(findPathConflict(good) !== undefined, isDouble || isInFile);
  }),
};
