import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../../guest/protocol/glob.js';
import { matchesByExpression } from '../../../support/glob-expression.js';

const letters = (...units: string[]) =>
  fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 6 });
const parts = (part: fc.Arbitrary<string>) =>
  fc.array(part, { minLength: 1, maxLength: 4 }).map((each) => each.join('/'));
const anyPath = parts(letters('a', 'b', '.'));
const anyGlob = parts(
  fc.oneof(letters('a', 'b', '.', '*', '?'), fc.constant('**'), fc.constant('*')),
);

const matchesGlob = (glob: string, path: string) => globMatcher([glob])(path);

describe('a glob', () => {
  it.each([
    ['a.txt', 'a.txt', true],
    ['a.txt', 'aXtxt', false],
    ['a.txt', 'b/a.txt', false],
    ['*.txt', 'a.txt', true],
    ['*.txt', '.txt', true],
    ['*.txt', 'a.txt.gz', false],
    ['*', 'a/b', false],
    ['*/b', 'a/b', true],
    ['?', '😀', true],
    ['?', '', false],
    ['a?c*e', 'abcde', true],
    ['*ab*ab*', 'abxab', true],
    ['*ab*ab*', 'abxba', false],
    ['**', 'a', true],
    ['**', 'a/b/c', true],
    ['out/**', 'out/a/b', true],
    ['out/**', 'other/a', false],
    ['**/*.o', 'main.o', true],
    ['**/*.o', 'a/b/main.o', true],
    ['**/a/**/b', 'x/a/y/a/b', true],
    ['a/**/b', 'a/b', true],
    ['a**b', 'axxb', true],
    ['a**b', 'a/b', false],
    ['[a].{b}', '[a].{b}', true],
    ['[a]', 'a', false],
    ['a\\*', 'a\\b', true],
  ])('the match of the glob %j with the path %j is %j', (glob, path, isMatch) => {
    expect(matchesGlob(glob, path)).toBe(isMatch);
  });

  it('a glob matches the same paths as its regular expression', () => {
    fc.assert(
      fc.property(anyGlob, anyPath, (glob, path) => {
        expect(matchesGlob(glob, path)).toBe(matchesByExpression(glob, path));
      }),
      { numRuns: 5000 },
    );
  });

  it('a glob without a special character matches itself alone', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (glob, path) => {
        expect(matchesGlob(glob, path)).toBe(glob === path);
      }),
    );
  });

  it('a glob matches names of any length', () => {
    for (const length of [1, 31, 32, 33, 63, 64, 65, 255]) {
      const characters = Array.from('ab😀'.repeat(85)).slice(0, length);
      const name = characters.join('');
      const [most, last] = [characters.slice(0, -1).join(''), characters.at(-1)];
      for (const glob of [`${most}?`, `*${last}`, `${most}*`, '?*'.repeat(characters.length)]) {
        expect(matchesGlob(glob, name)).toBe(true);
      }
      for (const glob of [
        `${name}?`,
        `?${name}`,
        `*${last}-`,
        '?*'.repeat(characters.length + 1),
      ]) {
        expect(matchesGlob(glob, name)).toBe(false);
      }
    }
  });

  it('a path matches several globs if it matches one of them', () => {
    const isMatched = globMatcher(['*.txt', 'out/**']);
    expect(['a.txt', 'out/b', 'b', 'c/a.txt'].map(isMatched)).toEqual([true, true, false, false]);
    expect(globMatcher([])('a')).toBe(false);
  });

  it('a glob that is made to be slow is matched quickly', () => {
    const path = Array(32).fill('a'.repeat(31)).join('/');
    expect(matchesGlob(`${'**/'.repeat(31)}${'*a'.repeat(100)}b`, path)).toBe(false);
    expect(matchesGlob(`${'*a'.repeat(127)}b`, 'a'.repeat(255))).toBe(false);
    const longest = Array(4).fill('a'.repeat(255)).join('/');
    expect(globMatcher(Array(15).fill(`**/*${'a'.repeat(126)}b`))(longest)).toBe(false);
  });
});
