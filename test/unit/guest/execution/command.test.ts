import { describe, expect, it } from 'vitest';
import type { Language } from '../../../../guest/languages/language.js';
import {
  compileCommand,
  programEnvironment,
  runCommand,
} from '../../../../guest/server/execution/command.js';

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

const files = ['program.x'];
const none = { files, options: [], arguments: [] };

describe('a command line', () => {
  it('a command line has the default options of the language when the request has none', () => {
    expect(runCommand(interpreted, none)).toEqual(['x', '-w', 'program.x', '--']);
    expect(compileCommand(compiled, none)).toEqual(['cx', '-o', 'program', 'program.x', '-w']);
  });

  it('a command line has the options of the request instead of the default ones', () => {
    const words = { files, options: ['-a', '-b'], arguments: [] };
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

  it('the arguments go to the program, not to its compiler', () => {
    const words = { files, options: [], arguments: ['one', '', 'two three'] };
    expect(runCommand(compiled, words)).toEqual(['./program', 'one', '', 'two three']);
    expect(compileCommand(compiled, words)).not.toContain('one');
  });

  it('a language without a compiler has no compile command', () => {
    expect(compileCommand(interpreted, none)).toBeUndefined();
  });

  it('the command line of a language that takes one file holds the first file alone', () => {
    const words = { ...none, files: ['main.x', 'other.x'] };
    expect(runCommand(interpreted, words)).toEqual(['x', '-w', 'main.x', '--']);
  });

  describe('the compile command for several files', () => {
    const many = (inAllDirectories: boolean, ...paths: string[]) => {
      const language: Language = {
        ...compiled,
        compiledWithIt: { suffixes: ['.x', '.xx'], inAllDirectories },
        compile: ['cx', '{sources}'],
      };
      return compileCommand(language, { ...none, files: paths })?.slice(1);
    };

    it('a compile command holds the first file whatever its name, then those of the suffixes', () => {
      const paths = ['main', 'b.x', 'x.h', 'dir/c.xx', '.x', 'd.xy'];
      expect(many(true, ...paths)).toEqual(['main', 'b.x', 'dir/c.xx', '.x']);
    });

    it('a compile command holds only the files beside the first unless it takes all directories', () => {
      expect(many(false, 'main.x', 'b.x', 'dir/c.x')).toEqual(['main.x', 'b.x']);
      expect(many(false, 'dir/main.x', 'b.x', 'dir/c.x')).toEqual(['dir/main.x', 'dir/c.x']);
    });

    it('a compile command holds no file name that could be taken for an option', () => {
      expect(many(true, '-o.x', '@b.x', 'c-d.x')).toEqual(['./-o.x', './@b.x', 'c-d.x']);
    });
  });

  it('a word of a request that looks like a placeholder is passed unchanged', () => {
    const words = { files, options: ['{source}'], arguments: ['{options}', '{arguments}'] };
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

  it('the environment of a program is the common one, then the language, then the request', () => {
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
