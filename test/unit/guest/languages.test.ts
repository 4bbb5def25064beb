import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { languageList } from '../../../deploy/build/language-list.js';
import type { Cases } from '../../../guest/languages/cases.js';
import { catalogue, chooseLanguages } from '../../../guest/languages/catalogue.js';
import { maxHeaderBytes } from '../../../guest/protocol/frame.js';
import { describeLanguage } from '../../../guest/server/session/language-frame.js';
import { parseCommandLine } from '../../../services/cli/command-line.js';
import { GuestFrame } from '../../../services/gen/pbot/vm/guest/v1/channel.js';

const families = ['debian', 'fedora', 'suse'] as const;

describe('the catalogue', () => {
  it('each name and alias is in the catalogue once', () => {
    const names = catalogue.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect([...names].sort()).toEqual([...new Set(names)].sort());
  });

  it('the list of all languages has each file that describes one', () => {
    const path = new URL('../../../guest/languages/all.ts', import.meta.url);
    // The formatter sorts imports in its own way.
    const lines = (text: string) => text.split('\n').sort();
    expect(lines(readFileSync(path, 'utf8'))).toEqual(lines(languageList()));
  });

  it('a guest can tell its host of all languages in one frame', () => {
    const languages = catalogue.map((language) =>
      describeLanguage({ language, version: 'v'.repeat(60) }),
    );
    const frame = GuestFrame.fromPartial({ body: { $case: 'ready', value: { languages } } });
    expect(GuestFrame.encode(frame).finish().length).toBeLessThan(maxHeaderBytes);
  });

  it('the default language of PBot is in the catalogue', () => {
    const { language } = parseCommandLine('puts("hi");');
    expect(catalogue.map(({ name }) => name)).toContain(language);
  });
});

describe('the choice of languages', () => {
  const names = (text: string) => {
    const choice = chooseLanguages(text);
    return 'unknown' in choice ? choice : choice.chosen.map(({ name }) => name);
  };

  it('a profile has the languages of the smaller ones as well', () => {
    expect(names('standard')).toEqual(expect.arrayContaining(['sh', 'c11', 'ruby']));
    expect(names('minimal')).toEqual(expect.arrayContaining(['sh', 'c11']));
    expect(names('minimal')).not.toContain('ruby');
  });

  it('languages are chosen by their names and aliases, by comma or blank', () => {
    expect(names('gcc, py c11')).toEqual(['c11', 'python3']);
  });

  it('a name that is none of a language is named', () => {
    expect(names('c11,cobble')).toEqual({ unknown: 'cobble' });
  });
});

describe.each(catalogue)('the language $name', (language) => {
  const { name, aliases, sourceFile, compile, run, version, hello, packages } = language;

  it(`PBot reads each name of ${name} as it is written, in lower case`, () => {
    for (const each of [name, ...aliases]) {
      expect(each).toMatch(/^[a-z0-9+#.-]{1,64}$/);
      expect(parseCommandLine(`-lang=${each} code`).language).toBe(each);
    }
  });

  it(`the source file of ${name} lies in the working directory`, () => {
    expect(sourceFile).toMatch(/^[Pp]rogram\.[A-Za-z0-9]+$/);
  });

  it(`the command of ${name} that reads the code has the source once, and one command has the options once`, () => {
    const source = language.compiledWithIt === undefined ? '{source}' : '{sources}';
    expect((compile ?? run).filter((each) => each.includes(source))).toHaveLength(1);
    if (compile !== undefined) expect(run).not.toContain(source);
    const all = [...(compile ?? []), ...run];
    expect(all.filter((each) => each === '{options}')).toHaveLength(1);
  });

  it(`the source file of ${name} is compiled like the files beside it`, () => {
    const { suffixes = [sourceFile] } = language.compiledWithIt ?? {};
    expect(suffixes.some((suffix) => sourceFile.endsWith(suffix))).toBe(true);
  });

  it(`the arguments for ${name} go to the program alone, after all other words`, () => {
    if (typeof language.cases.arguments === 'string') expect(run.at(-1)).toBe('{arguments}');
    expect(compile ?? []).not.toContain('{arguments}');
  });

  it(`the commands of ${name} hold no word in braces that is unknown to the guest server`, () => {
    const known = [
      ...['{source}', '{sources}', '{options}', '{arguments}'],
      ...['{program}', '{package}', '{libraries}'],
    ];
    for (const word of [...(compile ?? []), ...(language.project?.compile ?? []), ...run]) {
      if (/^\{.*\}$/.test(word)) expect(known).toContain(word);
    }
    expect(version.filter((word) => known.includes(word))).toEqual([]);
  });

  it(`the version command of ${name} is found in the PATH`, () => {
    expect(version[0]).not.toContain('/');
  });

  it(`the run command of ${name} starts what its compiler has made, if it has one`, () => {
    const names = (words: readonly string[]) => words.some((word) => word.includes('{program}'));
    if (compile !== undefined) expect(names(compile)).toBe(true);
    expect(names(run)).toBe(compile !== undefined);
  });

  it(`a case that ${name} can't have says why`, () => {
    const cases: readonly Cases[keyof Cases][] = Object.values(language.cases);
    const reasons = cases.flatMap((each) =>
      typeof each === 'object' && 'inapplicable' in each ? [each.inapplicable] : [],
    );
    for (const reason of reasons) expect(reason).toMatch(/^[a-z]+ \S/);
  });

  it(`the hello program of ${name} prints hello`, () => {
    expect(hello).toContain('hello');
  });

  it.each(families)(`the packages for ${name} on %s have valid names`, (family) => {
    // Other distributions may not have it.
    if (family === 'debian') expect(packages[family].length).toBeGreaterThan(0);
    for (const each of packages[family]) expect(each).toMatch(/^[a-z0-9][a-z0-9+.-]*$/i);
  });

  it(`the environment of ${name} has names that a shell accepts, and no PATH`, () => {
    expect(Object.keys(language.environment ?? {}).every((key) => /^[A-Z0-9_]+$/.test(key))).toBe(
      true,
    );
    expect(Object.keys(language.environment ?? {})).not.toContain('PATH');
  });
});
