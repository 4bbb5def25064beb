import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, quotedCommand } from '../../../services/cli/printable.js';

describe('a text for a terminal', () => {
  it.each([
    ['plain, ünï, 漢字, 😀', 'plain, ünï, 漢字, 😀'],
    ['\u001b[2J', '\\u001b[2J'],
    ['a\nb\r\tc', 'a\\u000ab\\u000d\\u0009c'],
    ['\u009b31m', '\\u009b31m'],
    ['right\u202eleft', 'right\\u202eleft'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
  ])('a text for a terminal %j is shown as %s', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('a text for a terminal has no control character, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('a command', () => {
  it.each([
    [['sh', 'program.sh', '-O2', '-std=c++20'], 'sh program.sh -O2 -std=c++20'],
    [['a b', '', "it's"], "'a b' '' 'it'\\''s'"],
    [['sh', '\u001b]0;x\u0007'], "sh '\\u001b]0;x\\u0007'"],
  ])('a command %j is shown as %s', (words, shown) => {
    expect(quotedCommand(words)).toBe(shown);
  });

  it('a command is taken by a shell as it was', () => {
    const word = fc.string({ unit: fc.constantFrom(...Array.from('ab \'"$`\\*?#;&|<>()~{}!^ü')) });
    const words = fc.sample(word, 500);
    const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${quotedCommand(words)}`]);
    expect(printed.toString().split('\0').slice(0, -1)).toEqual(words);
  });
});
