import { describe, expect, it } from 'vitest';
import type { Language } from '../../../guest/languages/language.js';
import { compileCommand, programEnvironment, runCommand } from '../../../guest/server/command.js';

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

describe('the environment of a program', () => {
  const language = { ...interpreted, environment: { ONE: 'language', TWO: 'language' } };

  it('is what all programs have, then the language, then the request', () => {
    const environment = programEnvironment(language, { TWO: 'request', LANG: 'C' }, '/home/vm');
    expect(environment).toMatchObject({
      HOME: '/home/vm',
      USER: 'vm',
      LANG: 'C',
      ONE: 'language',
      TWO: 'request',
    });
    expect(environment['PATH']).toContain('/usr/bin');
  });
});
