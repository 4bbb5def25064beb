import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pasteText } from '../../../../services/pbot/paste/paste-text.js';

const pasted = {
  language: 'c11',
  source: 'int main(void) { return 0; }\n',
  commands: [['gcc', 'program.c'], ['./program']],
  arguments: [],
  stdin: '',
  output: 'hello',
};

describe('a text that is pasted', () => {
  it('a pasted program of C has its command line and its output as comments', () => {
    expect(pasteText(pasted)).toBe(
      [
        'int main(void) { return 0; }',
        '',
        '/*',
        '------------ CMDLINE ------------',
        'gcc program.c; ./program',
        '*/',
        '',
        '/*',
        '------------ OUTPUT ------------',
        'hello',
        '*/',
        '',
      ].join('\n'),
    );
  });

  it('a pasted program has its arguments and its standard input', () => {
    const text = pasteText({ ...pasted, arguments: ['a b', 'c'], stdin: 'typed\n' });
    expect(text).toContain('./program\narguments: a b c\nstdin: typed\n*/');
  });

  it.each([
    ['sh', ": <<'____'\n-"],
    ['python3', '"""\n-'],
    ['perl', '\n# ------------ OUTPUT ------------\n# hello\n'],
    ['lua', '--[==[\n-'],
    ['scheme', '#|\n-'],
    ['javascript', '/*\n-'],
  ])('a pasted program of %s has comments of that language', (language, part) => {
    expect(pasteText({ ...pasted, language })).toContain(part);
  });

  it('an output that would end its comment does not', () => {
    expect(pasteText({ ...pasted, output: 'a */ b' })).toContain('a * / b\n*/');
  });

  it('a long line is broken at a blank', () => {
    const output = `${'x'.repeat(100)} ${'y'.repeat(30)}`;
    expect(pasteText({ ...pasted, output })).toContain(`${'x'.repeat(100)}\n${'y'.repeat(30)}\n`);
  });

  it('no line of an output is longer than 120 characters, and no word of it is lost', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,150}$/), { maxLength: 40 });
    fc.assert(
      fc.property(words, (parts) => {
        const text = pasteText({ ...pasted, output: parts.join(' ') });
        const shown = text.slice(text.indexOf('OUTPUT'));
        for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
        expect(shown.replace(/\s/g, '')).toContain(parts.join(''));
      }),
    );
  });
});
