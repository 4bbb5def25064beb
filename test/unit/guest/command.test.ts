import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../../guest/languages/language.js';
import { compileCommand, quoteWord, runCommand } from '../../../guest/server/command.js';

const interpreted: Language = {
  name: 'x',
  aliases: [],
  sourceFile: 'program.x',
  defaultOptions: ['-w'],
  run: ['x', '{options}', '{source}', '--', '{arguments}'],
  version: ['x', '--version'],
  hello: '',
  packages: { debian: [], fedora: [], suse: [] },
};

const compiled: Language = {
  ...interpreted,
  compile: ['cx', '-o', 'program', '{source}', '{options}'],
  run: ['./program', '{arguments}'],
};

const none = { options: [], arguments: [] };

describe('a command line', () => {
  it("has the language's own options where the request brings none", () => {
    expect(runCommand(interpreted, none)).toEqual(['x', '-w', 'program.x', '--']);
    expect(compileCommand(compiled, none)).toEqual(['cx', '-o', 'program', 'program.x', '-w']);
  });

  it("has the request's options in place of the language's own", () => {
    const words = { options: ['-a', '-b'], arguments: [] };
    expect(runCommand(interpreted, words)).toEqual(['x', '-a', '-b', 'program.x', '--']);
    expect(compileCommand(compiled, words)).toEqual([
      'cx',
      '-o',
      'program',
      'program.x',
      '-a',
      '-b',
    ]);
  });

  it('gives the arguments to the program, and not to its compiler', () => {
    const words = { options: [], arguments: ['one', '', 'two three'] };
    expect(runCommand(compiled, words)).toEqual(['./program', 'one', '', 'two three']);
    expect(compileCommand(compiled, words)).not.toContain('one');
  });

  it('has no compiler where the language has none', () => {
    expect(compileCommand(interpreted, none)).toBeUndefined();
  });

  it('takes words of a request that look like its own for what they are', () => {
    const words = { options: ['{source}'], arguments: ['{options}', '{arguments}'] };
    expect(runCommand(interpreted, words)).toEqual([
      'x',
      '{source}',
      'program.x',
      '--',
      '{options}',
      '{arguments}',
    ]);
  });
});

describe('a quoted word', () => {
  /** What a shell makes of the words, as bytes. */
  const readByShell = (words: readonly string[]): string[] => {
    const script = `printf '%s\\0' ${words.map(quoteWord).join(' ')}`;
    return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  };

  const special = fc.constantFrom(
    ...[
      "'",
      '"',
      '\\',
      '$',
      '`',
      '!',
      '\n',
      '\t',
      ' ',
      '*',
      '?',
      '~',
      '#',
      '&',
      ';',
      '|',
      '<',
      '(',
    ],
    ...['-', '%s', '${x}', '$(id)', '\\n', "'\\''", '\r', 'ü', '😀', '\u{7f}', '\u{1}'],
  );
  const word = fc.oneof(
    fc.array(special, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  );

  it('is the word itself to a shell, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 50, maxLength: 200 }), (words) => {
        expect(readByShell(words)).toEqual(words);
      }),
      { numRuns: 8 },
    );
  });

  it.each(['', ' ', "'", "''", "it's", '$HOME', '`id`', 'a\nb', '-n', '\\', "\\'"])(
    'may be %j',
    (each) => {
      expect(readByShell([each])).toEqual([each]);
    },
  );
});
