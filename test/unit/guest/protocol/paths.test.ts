import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoriesOf, findPathConflict, validatePath } from '../../../../guest/protocol/paths.js';

const anyPath = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', '.', '/', '\0', 'ü'), maxLength: 12 }),
);
const shortPath = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));

describe('a path', () => {
  it.each([
    'a',
    'a/b/c.txt',
    '...',
    '..a/b..',
    '-rf',
    'a\\b',
    ' ',
    'a\nb',
    'ü/😀',
    'x'.repeat(255),
    Array(32).fill('a').join('/'),
    `${'x'.repeat(255)}/`.repeat(4).slice(0, -1),
  ])('the path %j is valid', (path) => {
    expect(validatePath(path)).toBeUndefined();
  });

  it.each([
    ['', 'is empty'],
    ['/', 'is absolute'],
    ['/etc/passwd', 'is absolute'],
    ['//a', 'is absolute'],
    ['a\0', 'holds a NUL character'],
    ['a/', 'has an empty part'],
    ['a//b', 'has an empty part'],
    ['.', 'has a part "." or ".."'],
    ['./a', 'has a part "." or ".."'],
    ['a/./b', 'has a part "." or ".."'],
    ['..', 'has a part "." or ".."'],
    ['a/../../b', 'has a part "." or ".."'],
    ['x'.repeat(256), 'has a part of more than 255 bytes'],
    [`a/${'ü'.repeat(128)}`, 'has a part of more than 255 bytes'],
    [Array(33).fill('a').join('/'), 'has more than 32 parts'],
    [`${'x'.repeat(250)}/`.repeat(5), 'is longer than 1024 bytes'],
  ])('the path %j is refused: it %s', (path, fault) => {
    expect(validatePath(path)).toBe(fault);
  });

  it('a valid path is normalized and stays below its directory', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        if (validatePath(path) !== undefined) return;
        expect(posix.normalize(path)).toBe(path);
        expect(posix.resolve('/home/vm', path)).toBe(`/home/vm/${path}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('the directories of a path are listed outermost first', () => {
    expect(directoriesOf('a')).toEqual([]);
    expect(directoriesOf('a/b/c')).toEqual(['a', 'a/b']);
  });
});

describe('a conflict of paths', () => {
  it.each([
    [[], undefined],
    [['a', 'b', 'a/c'], 2],
    [['a/b', 'a/c', 'ab', 'a/bc'], undefined],
    [['a', 'b', 'a'], 2],
    [['a/b/c', 'x', 'a'], 0],
  ])('the conflict among the paths %j is reported at the index %j', (paths, index) => {
    expect(findPathConflict(paths)?.index).toBe(index);
  });

  it('paths conflict only if one is there twice or lies in a file', () => {
    fc.assert(
      fc.property(fc.array(shortPath, { maxLength: 5 }), (paths) => {
        const isDouble = new Set(paths).size < paths.length;
        const isInFile = paths.some((path) => paths.some((other) => path.startsWith(`${other}/`)));
        expect(findPathConflict(paths) !== undefined).toBe(isDouble || isInFile);
      }),
    );
  });
});
