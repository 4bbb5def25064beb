import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  takeAddedParts,
  takeCompilerOptions,
} from '../../../../services/pbot/options/compiler-options.js';
import { takeFrontOptions } from '../../../../services/pbot/options/front-options.js';
import { takeStandardOptions } from '../../../../services/pbot/options/standard-options.js';
import { isQuadratic } from '../../../support/growth.js';
import { anyLine, hardParts, repeated } from '../../../support/pbot-lines.js';

describe('options in front of the code', () => {
  it.each([
    ['-lang=SH echo', { language: 'sh', code: 'echo' }],
    ['-vm=Two -lang=sh -revert=1 echo', { language: 'sh', machine: 'two', code: 'echo' }],
    ['-lang=sh -lang=perl 1', { language: 'perl', code: '1' }],
    ['-O2 -vm=x', { code: '-O2 -vm=x' }],
    ['-lang=sh', { language: 'sh', code: '' }],
  ])('the options in front of %j are %j', (text, options) => {
    expect(takeFrontOptions(text, 'head')).toEqual(options);
  });
});

describe('options anywhere in the code', () => {
  const none = { showsInfo: false, pastes: false };

  it.each([
    ['-info x', { ...none, showsInfo: true, code: 'x' }],
    ['x --info  y', { ...none, showsInfo: true, code: 'x y' }],
    ['-info x -noinfo', { ...none, code: 'x' }],
    ['x -paste', { ...none, pastes: true, code: 'x' }],
    ['-Info -informal x', { ...none, code: '-Info -informal x' }],
    ['puts("-info"); a-info', { ...none, code: 'puts("-info"); a-info' }],
    ['-args one x', { ...none, arguments: 'one', code: 'x' }],
    ['x --arguments="a b"', { ...none, arguments: 'a b', code: 'x' }],
    ['x -args \'a "b c"\'  y', { ...none, arguments: 'a "b c"', code: 'x y' }],
    ['x -args', { ...none, code: 'x' }],
    ['a  b\n\tc', { ...none, code: 'a  b\n\tc' }],
  ])('the options in %j are %j', (text, options) => {
    expect(takeStandardOptions(text)).toEqual(options);
  });

  it.each([
    ['cat -stdin hello', 'cat', 'hello\n'],
    ['cat -stdin=hello', 'cat', 'hello\n'],
    ['cat -stdin "hello there"', 'cat', 'hello there\n'],
    ["cat -stdin 'hello there'", 'cat', 'hello there\n'],
    ['cat -stdin it\'s "so"', 'cat', 'it\'s "so"\n'],
    ['cat -stdin', 'cat', '\n'],
    ['cat -stdin a -stdin b', 'cat', 'a -stdin b\n'],
    ['puts("a -stdin \\" -stdin b"); -stdin c', 'puts("a -stdin \\" -stdin b");', 'c\n'],
    ["echo it's -stdin x", "echo it's", 'x\n'],
    ['-stdin x', '', 'x\n'],
    ['cat -stdin a\\nb\\tc\\\\nd\\x41\\101\\q', 'cat', 'a\nb\tc\\ndAA\\q\n'],
    ['cat -stdin é', 'cat', 'é\n'],
  ])('%j has the code %j and the standard input %j', (text, code, stdin) => {
    const taken = takeStandardOptions(text);
    expect([taken.code, taken.stdin?.toString()]).toEqual([code, Buffer.from(stdin).toString()]);
  });

  it('standard input may have any byte', () => {
    expect(takeStandardOptions('cat -stdin \\xff\\0').stdin).toEqual(Buffer.of(0xff, 0, 0x0a));
  });

  it.each(['cat my-stdin file', 'puts("a -stdin b");', 'log(`a -stdin b`)', "puts('-stdin')"])(
    'the code %j has no standard input',
    (code) => {
      expect(takeStandardOptions(code)).toEqual({ ...none, code });
    },
  );

  it.each([...hardParts, '-info ', '-args ', '-lang=x '])(
    'options among a repeated %j are found in linear time',
    (part) => {
      const read = (length: number) => {
        const { code } = takeFrontOptions(repeated(part, length), '2022');
        takeAddedParts(takeCompilerOptions(takeStandardOptions(code).code, 'c11').code);
      };
      expect(isQuadratic(read, 160_000)).toBe(false);
    },
  );

  it('options are found in any text, and no word is lost or made', () => {
    fc.assert(
      fc.property(anyLine, (text) => {
        expect(takeStandardOptions(text).code.length).toBeLessThanOrEqual(text.length);
        expect(takeAddedParts(text).code.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('options of the compiler', () => {
  it.each([
    ['-O2 -Wall int main;', 'c11', ['-O2', '-Wall'], 'int main;'],
    ['code -O2', 'c11', [], 'code -O2'],
    ['-DX="a b" code', 'c11', ['-DX=a b'], 'code'],
    ['-O2 -- -1;', 'c11', ['-O2'], '-1;'],
    ['--version', 'c11', ['--version'], ''],
    ['-- note', 'lua', [], '-- note'],
    ['-W --note', 'lua5.4', ['-W'], '--note'],
  ])(
    'the options of the compiler in %j of %s are %j, and the code is %j',
    (text, language, options, code) => {
      expect(takeCompilerOptions(text, language)).toEqual({ options, code });
    },
  );

  it.each([
    ['-nomain x', { noMain: true, code: 'x' }],
    ['x -NoHeaders; y -noheaders', { noHeaders: true, code: 'x -NoHeaders; y' }],
    ['-include math.h -O2 -include <time.h> x', { includes: ['math.h', 'time.h'], code: '-O2 x' }],
    ['puts("-nomain")', { code: 'puts("-nomain")' }],
  ])('the added parts in %j are %j', (text, found) => {
    const none = { noMain: false, noHeaders: false, includes: [] };
    expect(takeAddedParts(text)).toEqual({ ...none, ...found });
  });
});
