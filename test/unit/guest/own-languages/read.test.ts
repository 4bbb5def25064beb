import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogue, chooseLanguages } from '../../../../guest/languages/catalogue.js';
import { OwnLanguageError, readOwnLanguages } from '../../../../guest/own-languages/read.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'own-languages-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const lolcode = {
  name: 'lolcode',
  title: 'LOLCODE',
  sourceFile: 'program.lol',
  comment: { line: 'BTW' },
  run: ['lci', '{source}'],
  version: ['lci', '-v'],
  hello: 'HAI 1.2\nVISIBLE "hello"\nKTHXBYE\n',
};

function put(name: string, language: unknown): void {
  writeFileSync(join(directory, name), JSON.stringify(language));
}

/** What is said of a file with that. */
function violation(language: unknown): string {
  put('lolcode.json', language);
  try {
    readOwnLanguages(directory);
  } catch (error) {
    if (error instanceof OwnLanguageError) return error.message;
    throw error;
  }
  throw new Error('nothing was said');
}

describe('the languages of an operator', () => {
  it('a directory that is not there has none', () => {
    expect(readOwnLanguages(join(directory, 'none'))).toEqual([]);
  });

  it('each file with the ending .json is one, in the order of their names', () => {
    put('b.json', { ...lolcode, name: 'second' });
    put('a.json', { ...lolcode, aliases: ['lol'] });
    writeFileSync(join(directory, 'README'), 'no language');
    const [first, second, ...others] = readOwnLanguages(directory);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ ...lolcode, aliases: ['lol'], defaultOptions: [] });
    expect(first?.packages).toEqual({ debian: [], fedora: [], suse: [] });
    expect(second?.name).toBe('second');
  });

  it('they belong to each profile, and can be chosen by name', () => {
    put('lolcode.json', lolcode);
    const own = readOwnLanguages(directory);
    expect(chooseLanguages('minimal', own)).toMatchObject({
      chosen: expect.arrayContaining([expect.objectContaining({ name: 'lolcode' })]),
    });
    expect(chooseLanguages('lolcode', own)).toEqual({ chosen: own });
  });

  it('whatever the languages of pbot-vm say of themselves can be said of another one', () => {
    const withoutTests = catalogue.map(
      ({ profile: _profile, isWarmed: _isWarmed, cases: _cases, ...language }) => language,
    );
    const describable = withoutTests.filter(
      ({ compiledWithIt, project, projectFiles, withoutProgram, inspectedAs }) =>
        [compiledWithIt, project, projectFiles, withoutProgram, inspectedAs].every(
          (rare) => rare === undefined,
        ),
    );
    expect(describable.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.constantFrom(...describable), (language) => {
        const renamed = { ...language, name: 'x-other', aliases: [] };
        put('other.json', renamed);
        expect(readOwnLanguages(directory)).toMatchObject([renamed]);
      }),
      { numRuns: describable.length },
    );
  });
});

describe('a file that holds no language', () => {
  it.each([
    ['no name', { ...lolcode, name: undefined }, /lolcode\.json: name: is needed/],
    ['a name that nobody can write', { ...lolcode, name: 'LOL CODE' }, /name: must be 1 to 32 of/],
    ['a word that means nothing', { ...lolcode, extension: 'lol' }, /"extension"/],
    ['a comment of another kind', { ...lolcode, comment: '#' }, /comment: must be \{"line"/],
    ['a command in one piece', { ...lolcode, run: 'lci {source}' }, /run: must be a list of words/],
    ['a command without the code', { ...lolcode, run: ['lci'] }, /run: needs the word \{source\}/],
    [
      'a compiler whose program is not run',
      { ...lolcode, compile: ['lcc', '{source}'], run: ['true'] },
      /run: needs the word \{program\}/,
    ],
    ['a source file elsewhere', { ...lolcode, sourceFile: '/etc/passwd' }, /sourceFile: must be/],
    ['a search path of its own', { ...lolcode, environment: { PATH: '/' } }, /environment: PATH/],
    ['the name of a language that is there', { ...lolcode, name: 'c11' }, /"c11" is the name of a/],
    ['an alias that is taken', { ...lolcode, aliases: ['py'] }, /"py" is the name of a language/],
    ['two faults', { ...lolcode, title: '', hello: 5 }, /title: .*; hello: /],
  ])('%s: the error names the file, the field and what is wrong', (_what, language, said) => {
    expect(violation(language)).toMatch(said);
  });

  it('a file that is no JSON is named', () => {
    writeFileSync(join(directory, 'lolcode.json'), '{');
    expect(() => readOwnLanguages(directory)).toThrow(/lolcode\.json: .*JSON/);
  });

  it('two files of one name are told apart', () => {
    put('a.json', lolcode);
    put('b.json', lolcode);
    expect(() => readOwnLanguages(directory)).toThrow(
      /b\.json: "lolcode" is the name of .*a\.json already/,
    );
  });

  it('a directory in place of a file is named', () => {
    mkdirSync(join(directory, 'lolcode.json'));
    expect(() => readOwnLanguages(directory)).toThrow(/lolcode\.json: /);
  });
});
