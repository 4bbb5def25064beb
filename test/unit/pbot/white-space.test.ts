import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blank, trim, trimEnd, trimStart, visible } from '../../../services/pbot/white-space.js';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(' ', '\t', '\n', '\v', '\f', '\r', '\u00a0', '\ufeff', 'a'))
    .map((all) => all.join('')),
);

describe('white space', () => {
  it('white space of ASCII is trimmed, and nothing else', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(trimStart(any)).toBe(any.replace(/^[ \t\n\v\f\r]+/, ''));
        expect(trimEnd(any)).toBe(any.replace(/[ \t\n\v\f\r]+$/, ''));
        expect(trim(any)).toBe(trimStart(trimEnd(any)));
      }),
    );
  });

  it('a character is either blank or visible', () => {
    for (let code = 0; code < 0x10000; code += 1) {
      const character = String.fromCharCode(code);
      const isBlank = new RegExp(`^${blank}$`).test(character);
      expect(new RegExp(`^${visible}$`).test(character)).toBe(!isBlank);
      expect(trim(character) === '').toBe(isBlank);
    }
  });
});
