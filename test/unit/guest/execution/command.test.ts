import { describe, expect, it } from 'vitest';
import type { Language } from '../../../../guest/languages/language.js';
import {
  checkCommand,
  compileCommand,
  programEnvironment,
  runCommand,
} from '../../../../guest/server/execution/command.js';
import { untried } from '../../../support/untried-language.js';

const interpreted: Language = {
  ...untried,
  name: 'x',
  profile: 'minimal',
  isWarmed: false,
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
  compile: ['cx', '-o', '{program}', '{source}', '{options}', '{libraries}'],
  libraries: ['-lx'],
  withoutProgram: { printing: ['-E'], others: ['-c'] },
  run: ['{program}', '{arguments}'],
};

const files = ['program.x'];
const program = '/build/program';
const none = { files, options: [], arguments: [], program, environment: {} };

describe('a word of a template that holds more than a placeholder', () => {
  it('a path within a word stays as it is, whatever it holds', () => {
    const language: Language = {
      ...compiled,
      compile: ['cx', '-o{program}', '.read {source}', '{options}'],
    };
    const commandLine = { ...none, files: ["a$&$'b"], program: '/b/$1' };
    expect(compileCommand(language, commandLine)).toEqual(['cx', '-o/b/$1', ".read a$&$'b", '-w']);
  });
});

describe('a command line', () => {
  it('a command line has the default options of the language when the request has none', () => {
    expect(runCommand(interpreted, none)).toEqual(['x', '-w', 'program.x', '--']);
    expect(compileCommand(compiled, none)).toEqual(['cx', '-o', program, 'program.x', '-w', '-lx']);
  });

  it('a command line has the options of the request instead of the default ones', () => {
    const words = { ...none, options: ['-a', '-b'], arguments: [] };
    expect(runCommand(interpreted, words)).toEqual(['x', '-a', '-b', 'program.x', '--']);
    expect(compileCommand(compiled, words)).toEqual([
      'cx',
      '-o',
      program,
      'program.x',
      '-a',
      '-b',
      '-lx',
    ]);
  });

  it('the arguments go to the program, not to its compiler', () => {
    const words = { ...none, options: [], arguments: ['one', '', 'two three'] };
    expect(runCommand(compiled, words)).toEqual([program, 'one', '', 'two three']);
    expect(compileCommand(compiled, words)).not.toContain('one');
  });

  it('a language without a compiler has no compile command', () => {
    expect(compileCommand(interpreted, none)).toBeUndefined();
  });

  it('a check has the options of the program, and none of its arguments', () => {
    const checked: Language = { ...interpreted, check: ['x', '-n', '{options}', '{source}'] };
    const words = { ...none, arguments: ['one'] };
    expect(checkCommand(checked, words)).toEqual(['x', '-n', '-w', 'program.x']);
    expect(checkCommand(interpreted, words)).toBeUndefined();
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
    const words = { ...none, options: ['{source}'], arguments: ['{options}', '{arguments}'] };
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
  const where = { home: '/home/vm', files, isUnbuffered: false };

  it('the environment of a program is the common one, then the language, then the request', () => {
    const environment = programEnvironment(language, { TWO: 'request', LANG: 'C' }, where);
    expect(environment).toMatchObject({
      HOME: '/home/vm',
      USER: 'vm',
      LANG: 'C',
      ONE: 'language',
      TWO: 'request',
    });
    expect(environment['PATH']).toContain('/usr/bin');
  });

  it('the environment of a program that is to write at once has what its language needs for that, unless the request says else', () => {
    const buffered = { ...interpreted, unbuffered: { NOW: '1', LAYER: 'x' } };
    const environment = (isUnbuffered: boolean, requested = {}) =>
      programEnvironment(buffered, requested, { ...where, isUnbuffered });
    expect(environment(true)).toMatchObject({ NOW: '1', LAYER: 'x' });
    expect(environment(true, { LAYER: 'y' })).toMatchObject({ NOW: '1', LAYER: 'y' });
    expect(environment(false)).not.toHaveProperty('NOW');
  });
});

describe('a compiler without a program', () => {
  it('a compiler prints what it makes, and gets no libraries, with an option for that', () => {
    const command = compileCommand(compiled, { ...none, options: ['-O2', '-E'] });
    expect(command).toEqual(['cx', '-o', '-', 'program.x', '-O2', '-E']);
  });

  it('a compiler gets no libraries where it links nothing', () => {
    const command = compileCommand(compiled, { ...none, options: ['-c'] });
    expect(command).toEqual(['cx', '-o', program, 'program.x', '-c']);
  });
});

describe('a language with a project file', () => {
  const language: Language = {
    ...compiled,
    compiledWithIt: { suffixes: ['.x'], inAllDirectories: false },
    compile: ['cx', '{sources}'],
    projectFiles: ['x.mod', 'x.sum'],
    project: { compile: ['cx', 'build', '{package}'], environment: { MODULES: 'on' } },
  };
  const compile = (...paths: string[]) => compileCommand(language, { ...none, files: paths });

  it.each([
    [['x.mod', 'main.x', 'greet/greet.x'], './.'],
    [['greet/greet.x', 'main.x', 'x.mod'], './.'],
    [['x.mod', 'lib/deep/a.x', 'cmd/main.x'], './cmd'],
    [['x.sum', 'x.mod'], './.'],
  ])('the files %j are built as a project, from the directory %s', (paths, directory) => {
    expect(compile(...paths)).toEqual(['cx', 'build', directory]);
  });

  it('files without a project file are compiled one by one, in whatever directory a project file of another kind lies', () => {
    expect(compile('main.x', 'b.x')).toEqual(['cx', 'main.x', 'b.x']);
    expect(compile('main.x', 'dir/x.mod')).toEqual(['cx', 'main.x']);
  });

  it('a file of a project is never the code', () => {
    expect(compile('x.sum', 'main.x')).toEqual(['cx', 'main.x']);
  });

  it('a project has an environment of its own', () => {
    const environment = (paths: readonly string[]) =>
      programEnvironment(language, {}, { home: '/', files: paths, isUnbuffered: false });
    expect(environment(['main.x', 'x.mod'])).toMatchObject({ MODULES: 'on' });
    expect(environment(['main.x'])).not.toHaveProperty('MODULES');
  });
});

describe('a quick start', () => {
  const quick: Language = {
    ...interpreted,
    check: ['x', '-n', '{options}', '{source}'],
    quickStart: {
      make: ['x', '{file}'],
      options: ['--state', '/x.start'],
      notWith: { options: ['--'], variables: ['X_OPTIONS'] },
    },
  };

  it('a quick start stands before the options of the language or the request, also in a check', () => {
    expect(runCommand(quick, none)).toEqual(['x', '--state', '/x.start', '-w', 'program.x', '--']);
    const words = { ...none, options: ['-p', 'code'] };
    const own = ['x', '--state', '/x.start', '-p', 'code', 'program.x', '--'];
    expect(runCommand(quick, words)).toEqual(own);
    expect(checkCommand(quick, none)).toEqual([
      ...['x', '-n', '--state', '/x.start', '-w', 'program.x'],
    ]);
  });

  it('a quick start is left out beside options and variables that it does not go with', () => {
    const words = { ...none, options: ['-a', '--flag'] };
    expect(runCommand(quick, words)).toEqual(['x', '-a', '--flag', 'program.x', '--']);
    const spoiled = { ...none, environment: { X_OPTIONS_MORE: '--flag' } };
    expect(runCommand(quick, spoiled)).toEqual(['x', '-w', 'program.x', '--']);
  });

  it('a quick start with a command of its own builds programs, and neither projects nor what it does not go with', () => {
    const building: Language = {
      ...compiled,
      projectFiles: ['x.mod'],
      project: { compile: ['cx', 'project'], environment: {} },
      quickStart: {
        make: ['x', '{file}'],
        options: [],
        compile: ['sh', '/x.start/build', '{program}', '{sources}'],
        notWith: { options: ['-'], variables: [] },
      },
    };
    const quickly = ['sh', '/x.start/build', program, 'program.x'];
    expect(compileCommand(building, none)).toEqual(quickly);
    const plainly = ['cx', '-o', program, 'program.x', '-O', '-lx'];
    expect(compileCommand(building, { ...none, options: ['-O'] })).toEqual(plainly);
    const project = { ...none, files: ['program.x', 'x.mod'] };
    expect(compileCommand(building, project)).toEqual(['cx', 'project']);
  });
});
