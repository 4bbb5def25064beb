import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../guest/languages/catalogue.js';
import { parseCommandLine } from '../../../services/pbot/command-line.js';

const families = ['debian', 'fedora', 'suse'] as const;

describe('the catalogue', () => {
  it('has each name and alias once', () => {
    const names = catalogue.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect([...names].sort()).toEqual([...new Set(names)].sort());
  });

  it('has the language that PBot takes where none is named', () => {
    const { language } = parseCommandLine('puts("hi");');
    expect(catalogue.map(({ name }) => name)).toContain(language);
  });
});

describe.each(catalogue)('$name', (language) => {
  const { name, aliases, sourceFile, compile, run, version, hello, packages } = language;

  it('has names that a user can write, in lower case as PBot asks for them', () => {
    for (const each of [name, ...aliases]) {
      expect(each).toMatch(/^[a-z0-9+#.-]{1,64}$/);
      expect(parseCommandLine(`-lang=${each} code`).language).toBe(each);
    }
  });

  it('has a file for the code in the working directory', () => {
    expect(sourceFile).toMatch(/^program\.[a-z]+$/);
  });

  it('uses the code once and the options once, in its compiler where it has one', () => {
    const reader = compile ?? run;
    const source = language.compiledWithIt === undefined ? '{source}' : '{sources}';
    for (const word of [source, '{options}']) {
      expect(reader.filter((each) => each === word)).toHaveLength(1);
      if (compile !== undefined) expect(run).not.toContain(word);
    }
  });

  it('compiles the file for its code like those beside it', () => {
    const { suffixes = [sourceFile] } = language.compiledWithIt ?? {};
    expect(suffixes.some((suffix) => sourceFile.endsWith(suffix))).toBe(true);
  });

  it('gives the arguments to the program alone, after everything else', () => {
    expect(run.at(-1)).toBe('{arguments}');
    expect(compile ?? []).not.toContain('{arguments}');
  });

  it('holds no word in braces that the guest server does not know', () => {
    const known = ['{source}', '{sources}', '{options}', '{arguments}'];
    for (const word of [...(compile ?? []), ...run]) {
      if (/^\{.*\}$/.test(word)) expect(known).toContain(word);
    }
    expect(version.filter((word) => known.includes(word))).toEqual([]);
  });

  it('is offered where what it runs with is installed', () => {
    expect(version[0]).toBe((compile ?? run)[0]);
    expect(version[0]).not.toContain('/');
  });

  it('runs what its compiler has made', () => {
    if (compile !== undefined) {
      expect(compile[compile.indexOf('-o') + 1]).toBe('program');
      expect(run[0]).toBe('./program');
    }
    expect(run[0].startsWith('./')).toBe(compile !== undefined);
  });

  it('says hello', () => {
    expect(hello).toContain('hello');
  });

  it.each(families)('has packages of %s', (family) => {
    expect(packages[family].length).toBeGreaterThan(0);
    for (const each of packages[family]) expect(each).toMatch(/^[a-z0-9][a-z0-9+.-]*$/);
  });

  it('has an environment that is harmless in a shell', () => {
    expect(Object.keys(language.environment ?? {}).every((key) => /^[A-Z0-9_]+$/.test(key))).toBe(
      true,
    );
    expect(Object.keys(language.environment ?? {})).not.toContain('PATH');
  });
});
