import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords, wordsOf } from '../../../../services/pbot/options/words.js';
import { isQuadratic } from '../../../support/growth.js';
import { anyLine, hardParts, repeated } from '../../../support/pbot-lines.js';

describe('words', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['a b  c', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    ['\'a "b"\' c', ['a "b"', 'c']],
    ['--name="a b" c', ['--name=a b', 'c']],
    ['"" b', ['', 'b']],
    ["it's so", ["it's", 'so']],
    ['5" long', ['5"', 'long']],
  ])('the words of %j are %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it.each(
    hardParts.flatMap((part) => [
      ['', part],
      ['"', part],
    ]),
  )('words of %j and a repeated %j are split in linear time', (beginning = '', part = '') => {
    const split = (length: number) => splitWords(beginning + repeated(part, length));
    expect(isQuadratic(split, 160_000)).toBe(false);
  });

  it('any text can be split into words', () => {
    fc.assert(
      fc.property(anyLine, (text) => {
        for (const each of splitWords(text)) expect(typeof each).toBe('string');
      }),
    );
  });
});

describe('words of code', () => {
  it.each([
    ['a  b', ['a', 'b']],
    [' print("a b"); c ', ['print("a b");', 'c']],
    ["c = '\\''; d", ['c', '=', "'\\'';", 'd']],
    ["it's so", ["it's", 'so']],
    ['a\\ b c', ['a\\ b', 'c']],
  ])('the words of the code %j are %j', (text, words) => {
    expect(Array.from(wordsOf(text), (word) => word.text)).toEqual(words);
  });

  it('words of code stand where they say, with nothing but blanks between them', () => {
    fc.assert(
      fc.property(anyLine, (text) => {
        let last = 0;
        for (const word of wordsOf(text)) {
          expect(text.slice(word.start, word.end)).toBe(word.text);
          expect(text.slice(last, word.start)).toMatch(/^[ \t\n\v\f\r]*$/);
          last = word.end;
        }
        expect(text.slice(last)).toMatch(/^[ \t\n\v\f\r]*$/);
      }),
    );
  });

  it.each(hardParts)('words of code that repeats %j are found in linear time', (part) => {
    const read = (length: number) => Array.from(wordsOf(repeated(part, length)));
    expect(isQuadratic(read, 160_000)).toBe(false);
  });
});
