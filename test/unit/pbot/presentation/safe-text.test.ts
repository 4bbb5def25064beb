import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedText } from '../../../../services/pbot/presentation/bounded-text.js';
import { decodedText } from '../../../../services/pbot/presentation/decoded-text.js';
import { bellWord, safeText } from '../../../../services/pbot/presentation/safe-text.js';
import { isQuadratic } from '../../../support/growth.js';

const safe = (text: string) => safeText(text, () => '*BEEP*');

describe('text that is safe for IRC', () => {
  it.each([
    ['a\0b', 'a\\x00b'],
    ['a\x01ACTION waves\x01', 'a\\x01ACTION waves\\x01'],
    ['one\r\ntwo\rthree\r', 'one\ntwo\nthree'],
    ['\x1b[31mred\x1b[0m', '<esc>[31mred<esc>[0m'],
    ['page\fpage', 'page<ff>page'],
    ['a\vb\x16c\x7fd\u0085e', 'a\\x0Bb\\x16c\\x7Fd\\u0085e'],
    ['\x02bold\x02 \x0304red\x0f \x1ditalic \x1funder \x1estrike \x11mono', undefined],
    ['a\tb\nc', 'a\tb\nc'],
    ['ding\x07', 'ding*BEEP*'],
    ['abc\b\bX', 'aXc'],
    ['abc\b\b\nX', 'abc\nX'],
    ['\b\bab', 'ab'],
    ['_\bu_\bn', 'un'],
    ['5%\b\b10%\b\b\b15%', '15%'],
    ['na\u0308\bi', 'ni'],
    ['😀\b!', '!'],
    ['text  \n\t ', 'text'],
  ])('the text %j is safe as %j', (text, expected = text) => {
    expect(safe(text)).toBe(expected);
  });

  it('safe text is not changed again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safe(safe(text))).toBe(safe(text));
      }),
    );
  });

  it.each(['\b', 'a\b', '\r', '\0', '\x07', 'e\u0301\b'])(
    'a text that repeats %j is made safe in linear time',
    (part) => {
      expect(isQuadratic((length) => safe(part.repeat(length)), 160_000)).toBe(false);
    },
  );

  it('a bell is one of some words', () => {
    expect(bellWord(0)).toBe('*BEEP*');
    expect(bellWord(0.9999)).toBe('*WHIRR*');
  });
});

describe('the text of bytes', () => {
  it.each<[readonly number[], string]>([
    [[0x61, 0xff, 0x62], 'a\\xFFb'],
    [[0xc3, 0xa9, 0xc3], 'é\\xC3'],
    [[0xed, 0xa0, 0x80], '\\xED\\xA0\\x80'],
    [[0xc0, 0x80], '\\xC0\\x80'],
    [[0xf0, 0x9f, 0x98, 0x80, 0x80], '😀\\x80'],
  ])('the text of the bytes %j is %j', (bytes, text) => {
    expect(decodedText(Uint8Array.from(bytes))).toBe(text);
  });

  it('the text of any bytes holds their characters, and the others as numbers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (text, bytes) => {
        const decoded = decodedText(Buffer.concat([Buffer.from(text), bytes]));
        expect(decoded.startsWith(text)).toBe(true);
        // Text may hold the character that stands for what can not be read.
        expect(decoded.split('\ufffd')).toHaveLength(text.split('\ufffd').length);
      }),
    );
  });
});

describe('bounded text', () => {
  it('bounded text is cut after a character', () => {
    expect(boundedText('a'.repeat(32_768))).toHaveLength(32_768);
    const cut = boundedText(`a${'€'.repeat(20_000)}`);
    expect(cut).toMatch(/^a€+\n\[\d+ bytes left out\]$/);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(32_768);
  });
});
