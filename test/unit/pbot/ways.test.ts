import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inPbotsWay } from '../../../services/pbot/ways.js';

const none = { options: [] };

describe("PBot's way with a language", () => {
  it('JavaScript prints the value of its last expression', () => {
    expect(inPbotsWay('javascript', { code: '6*7', options: ['--no-warnings'] }).options).toEqual([
      '--no-warnings',
      '-p',
      '6*7',
    ]);
  });

  it('JavaScript that begins with a dash is no option', () => {
    expect(inPbotsWay('javascript', { code: '-1', ...none }).options).toEqual(['-p', '\n-1']);
  });

  it.each([['x'.repeat(100_001)], ['a\0b']])(
    'JavaScript that no argument can hold runs as a file',
    (code) => {
      expect(inPbotsWay('javascript', { code, ...none })).toMatchObject({ code, options: [] });
    },
  );

  it('bc ends behind its code', () => {
    expect(inPbotsWay('bc', { code: '6*7', ...none }).code).toBe('6*7\nquit\n');
  });

  it.each([['scheme'], ['clisp']])('an empty first line of %s is dropped', (language) => {
    expect(inPbotsWay(language, { code: '\n(display 1)\n\n', ...none }).code).toBe(
      '(display 1)\n\n',
    );
  });

  it('an error of Perl does not say where it is', () => {
    const { clean } = inPbotsWay('perl', { code: 'print 1 1', ...none });
    const messages =
      'Number found where operator expected (Missing operator before "1"?) at program.pl line 1, near "1 1"\n' +
      'syntax error at program.pl line 1, near "1 1"\n' +
      'Execution of program.pl aborted due to compilation errors.\n';
    expect(clean(messages)).toBe(
      'Number found where operator expected (Missing operator before "1"?)\nsyntax error\n',
    );
    expect(clean('late at program.pl line 3.\n')).toBe('late at program.pl line 3.\n');
  });

  it('code of other languages, and options without code, stay as they are', () => {
    const language = fc.constantFrom('sh', 'python3', 'go', 'ruby');
    fc.assert(
      fc.property(language, fc.string(), fc.array(fc.string()), (name, code, options) => {
        expect(inPbotsWay(name, { code, options })).toMatchObject({ code, options });
      }),
    );
    expect(inPbotsWay('javascript', { code: '', options: ['--version'] })).toMatchObject({
      code: '',
      options: ['--version'],
    });
  });
});
