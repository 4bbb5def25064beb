import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../services/cli/command-line.js';
import { isQuadratic } from '../../support/growth.js';
import { anyLine, hardParts, repeated } from '../../support/pbot-lines.js';

const languageName = fc.stringMatching(/^[A-Za-z0-9+#]{1,12}$/);

/** Code that no part of can be taken for something else. */
const plainCode = fc
  .string({ unit: 'grapheme-composite', minLength: 1, maxLength: 60 })
  .map((code) => code.trim())
  .filter((code) => code !== '' && !code.startsWith('-'))
  .filter((code) => !code.includes('\\n') && !/-stdin[= ]/.test(code));

const compilerOption = fc
  .stringMatching(/^-[A-Za-z][A-Za-z0-9=+,.-]{0,12}$/)
  .filter((option) => !/^-(lang|vm|args|info|paste|stdin)/.test(option));

const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,10}$/);

describe('a command line', () => {
  it('a command line is read whatever it holds', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const { language, code } = parseCommandLine(line);
        expect(language).toBe(language.toLowerCase());
        expect(typeof code).toBe('string');
      }),
    );
  });

  it('a command line gives back its code and, in lower case, its language', () => {
    fc.assert(
      fc.property(languageName, plainCode, (name, code) => {
        expect(parseCommandLine(`-lang=${name} ${code}`)).toEqual({
          language: name.toLowerCase(),
          machine: '',
          code,
          options: [],
          arguments: [],
          stdin: '',
          showsInfo: false,
        });
      }),
    );
  });

  it('a command line may have its options in any order', () => {
    const parts = fc
      .record({
        language: languageName,
        machine: fc.oneof(fc.constant(''), word),
        args: fc.array(word, { minLength: 1, maxLength: 4 }),
        options: fc.array(compilerOption, { maxLength: 3 }),
        showsInfo: fc.boolean(),
        pastes: fc.boolean(),
      })
      .chain((chosen) => {
        const words = [
          `-lang=${chosen.language}`,
          `-args "${chosen.args.join(' ')}"`,
          ...(chosen.machine === '' ? [] : [`-vm=${chosen.machine}`]),
          ...(chosen.showsInfo ? ['-info'] : []),
          ...(chosen.pastes ? ['-paste'] : []),
        ];
        // The compiler's options keep their order among themselves.
        const places = fc.array(fc.nat(20), {
          minLength: chosen.options.length,
          maxLength: chosen.options.length,
        });
        return fc
          .tuple(fc.shuffledSubarray(words, { minLength: words.length }), places)
          .map(([shuffled, at]) => {
            const sorted = at.map((each) => each % (shuffled.length + 1)).sort((a, b) => a - b);
            const line = shuffled.flatMap((each, i) => [
              ...chosen.options.filter((_option, k) => sorted[k] === i),
              each,
            ]);
            const last = chosen.options.filter((_option, k) => sorted[k] === shuffled.length);
            return { ...chosen, line: [...line, ...last].join(' ') };
          });
      });
    fc.assert(
      fc.property(parts, plainCode, (chosen, code) => {
        expect(parseCommandLine(`${chosen.line} ${code}`)).toEqual({
          language: chosen.language.toLowerCase(),
          machine: chosen.machine,
          code,
          options: chosen.options,
          arguments: chosen.args,
          stdin: '',
          showsInfo: chosen.showsInfo,
        });
      }),
    );
  });

  it('standard input follows -stdin at the end of the line, and gets a newline', () => {
    fc.assert(
      fc.property(plainCode, word, word, (code, first, second) => {
        const { code: read, stdin } = parseCommandLine(`${code} -stdin ${first} ${second}`);
        expect({ read, stdin }).toEqual({ read: code, stdin: `${first} ${second}\n` });
      }),
    );
  });

  it.each(hardParts)('a command line that repeats %j is read in linear time', (part) => {
    const read = (length: number) => parseCommandLine(`-lang=sh echo ${repeated(part, length)}`);
    expect(isQuadratic(read, 160_000)).toBe(false);
  });
});

describe('the language', () => {
  it.each([
    ['puts("hi");', 'c11'],
    ['-lang=sh echo hi', 'sh'],
    ['-lang sh echo hi', 'sh'],
    ['-lang= sh echo hi', 'sh'],
    ['-lang=Python3 print(1)', 'python3'],
    ['  -lang=sh echo hi', 'sh'],
    ['-lang=?', '?'],
    ['-lang=sh -lang=perl 1', 'perl'],
  ])('the language of %s is %s', (line, language) => {
    expect(parseCommandLine(line).language).toBe(language);
  });

  it('the fallback language counts only where the line names none', () => {
    expect(parseCommandLine('echo hi', 'SH').language).toBe('sh');
    expect(parseCommandLine('-lang=perl 1', 'sh').language).toBe('perl');
  });
});

it('the fallback language decides what begins a comment', () => {
  const code = '-- note';
  expect(parseCommandLine(code, 'Lua')).toMatchObject({ code, options: [] });
});

describe('the arguments', () => {
  it.each([
    ['-args one code', ['one']],
    ['-args=one code', ['one']],
    ['-args "one two" code', ['one', 'two']],
    ["-args 'one two' code", ['one', 'two']],
    ['-args="one two" code', ['one', 'two']],
    ['-args "one \\"two three\\"" code', ['one', 'two three']],
    ['-args "it\'s" code', ["it's"]],
    ['-args "" code', []],
    ['-args "one" -args "two" code', ['two']],
  ])('the arguments of %s are %j', (line, args) => {
    expect(parseCommandLine(line)).toMatchObject({ arguments: args, code: 'code' });
  });
});

describe('the options of the compiler', () => {
  it.each([
    ['-O2 -Wall int main;', ['-O2', '-Wall'], 'int main;'],
    ['-info -O2 code', ['-O2'], 'code'],
    ['code -O2', [], 'code -O2'],
    ['-paste code', [], 'code'],
    ['-information code', ['-information'], 'code'],
    ['-O2', ['-O2'], ''],
    ['-stdin hello', [], ''],
    ['-stdin', [], ''],
    ['-O2 -- -1;', ['-O2'], '-1;'],
    ['-- -lang=sh', [], '-lang=sh'],
    ['- 1', [], '- 1'],
    ['--version', ['--version'], ''],
    ['-lang=lua -- note', [], '-- note'],
    ['-lang=lua --[[ note ]] print(1)', [], '--[[ note ]] print(1)'],
    ['-lang=lua5.4 -W --note', ['-W'], '--note'],
    ['-lang=haskell -Wall -- | note', ['-Wall'], '-- | note'],
    ['-lang=sqlite3 -- note', [], '-- note'],
  ])('the options of the compiler in %s are %j, and the code is "%s"', (line, options, code) => {
    expect(parseCommandLine(line)).toMatchObject({ options, code });
  });
});

describe('standard input', () => {
  it.each([
    ['cat -stdin hello', 'cat', 'hello\n'],
    ['cat -stdin=hello', 'cat', 'hello\n'],
    ['cat -stdin "hello there"', 'cat', 'hello there\n'],
    ["cat -stdin 'hello there'", 'cat', 'hello there\n'],
    ['cat -stdin it\'s "so"', 'cat', 'it\'s "so"\n'],
    ['cat my-stdin file', 'cat my-stdin file', ''],
    ['cat -stdin', 'cat', '\n'],
    ['puts("a -stdin b");', 'puts("a -stdin b");', ''],
    ["puts('a -stdin b');", "puts('a -stdin b');", ''],
    ['log(`a -stdin b`)', 'log(`a -stdin b`)', ''],
    ['puts("a -stdin \\" -stdin b"); -stdin c', 'puts("a -stdin \\" -stdin b");', 'c\n'],
    ['./reader -stdin x; cat -stdin y', './reader -stdin x; cat', 'y\n'],
    ['cat -stdin "a -stdin b"', 'cat', 'a -stdin b\n'],
    ["echo it's -stdin x", "echo it's", 'x\n'],
    ['cat -stdin \u00a0', 'cat', '\u00a0\n'],
    ['cat', 'cat', ''],
  ])('%s has the code %j and the standard input %j', (line, code, stdin) => {
    expect(parseCommandLine(line)).toMatchObject({ code, stdin });
  });
});

describe('a \\n in the code', () => {
  it.each([
    ['one\\ntwo', 'one\ntwo'],
    ['puts("a\\nb");\\nreturn 0;', 'puts("a\\nb");\nreturn 0;'],
    ["c = '\\n';\\nputs('x');", "c = '\\n';\nputs('x');"],
    ['"a\\"\\nb"\\nc', '"a\\"\\nb"\nc'],
    ["it's\\nhere", "it's\nhere"],
    ['"open\\nquote', '"open\nquote'],
    ['a\\tb', 'a\\tb'],
  ])('a \\n is a line end outside quotes only: %j is %j', (line, code) => {
    expect(parseCommandLine(line).code).toBe(code);
  });

  it.each([
    ['printf a\\\\nb', 'printf a\\\\nb'],
    ['echo \\"a\\nb\\"', 'echo \\"a\nb\\"'],
    ["echo \\'a\\nb\\'", "echo \\'a\nb\\'"],
  ])('a backslash before a \\n escapes it, as in a shell: %j is %j', (line, code) => {
    expect(parseCommandLine(line).code).toBe(code);
  });
});
