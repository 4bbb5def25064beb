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
  it("has the language's own options where the request brings none", () => {
    expect(runCommand(interpreted, none)).toEqual(['x', '-w', 'program.x', '--']);
    expect(compileCommand(compiled, none)).toEqual(['cx', '-o', 'program', 'program.x', '-w']);
  });

  it("has the request's options in place of the language's own", () => {
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

  it('gives the arguments to the program, and not to its compiler', () => {
    const words = { files, options: [], arguments: ['one', '', 'two three'] };
    expect(runCommand(compiled, words)).toEqual(['./program', 'one', '', 'two three']);
    expect(compileCommand(compiled, words)).not.toContain('one');
  });

  it('has no compiler where the language has none', () => {
    expect(compileCommand(interpreted, none)).toBeUndefined();
  });

  it('holds the first of the files alone where a language takes one', () => {
    const words = { ...none, files: ['main.x', 'other.x'] };
    expect(runCommand(interpreted, words)).toEqual(['x', '-w', 'main.x', '--']);
  });

  describe('of a language that compiles several files', () => {
    const many = (inAllDirectories: boolean, ...paths: string[]) => {
      const language: Language = {
        ...compiled,
        compiledWithIt: { suffixes: ['.x', '.xx'], inAllDirectories },
        compile: ['cx', '{sources}'],
      };
      return compileCommand(language, { ...none, files: paths })?.slice(1);
    };

    it('holds the first whatever its name, and then those that it compiles', () => {
      const paths = ['main', 'b.x', 'x.h', 'dir/c.xx', '.x', 'd.xy'];
      expect(many(true, ...paths)).toEqual(['main', 'b.x', 'dir/c.xx', '.x']);
    });

    it('holds those alone that are beside the first where directories are apart', () => {
      expect(many(false, 'main.x', 'b.x', 'dir/c.x')).toEqual(['main.x', 'b.x']);
      expect(many(false, 'dir/main.x', 'b.x', 'dir/c.x')).toEqual(['dir/main.x', 'dir/c.x']);
    });

    it('holds no file that could be taken for an option', () => {
      expect(many(true, '-o.x', '@b.x', 'c-d.x')).toEqual(['./-o.x', './@b.x', 'c-d.x']);
    });
  });

  it('takes words of a request that look like its own for what they are', () => {
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
