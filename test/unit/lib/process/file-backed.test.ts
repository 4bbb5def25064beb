import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileBacked } from '../../../../services/lib/process/file-backed.js';

let directory: string;
let changes: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-file-'));
  changes = [];
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const path = (name: string) => join(directory, name);

/** The texts of files, none of which may be "bad". */
function textsOf(...names: string[]): FileBacked<string[]> {
  return new FileBacked({
    paths: names.map(path),
    make: () =>
      names.map((name) => {
        const text = readFileSync(path(name), 'utf8');
        if (text === 'bad') throw new Error('a bad file');
        return text;
      }),
    onChange: (error) => changes.push(error?.message ?? 'changed'),
  });
}

describe('what is made of files', () => {
  it('is the same as long as they are the same', () => {
    writeFileSync(path('a'), '1');
    const texts = textsOf('a');
    expect(texts.current).toBe(texts.current);
    expect(changes).toEqual([]);
  });

  it('is made anew when one of them is written', () => {
    writeFileSync(path('a'), '1');
    writeFileSync(path('b'), '1');
    const texts = textsOf('a', 'b');
    writeFileSync(path('b'), '22');
    expect(texts.current).toEqual(['1', '22']);
    expect(changes).toEqual(['changed']);
  });

  it('is made anew when another file of the same size takes its place', () => {
    writeFileSync(path('a'), '1');
    const texts = textsOf('a');
    writeFileSync(path('new'), '2');
    renameSync(path('new'), path('a'));
    expect(texts.current).toEqual(['2']);
  });

  it('is made anew when a link leads elsewhere', () => {
    writeFileSync(path('one'), '1');
    writeFileSync(path('two'), '2');
    symlinkSync(path('one'), path('a'));
    const texts = textsOf('a');
    symlinkSync(path('two'), path('new'));
    renameSync(path('new'), path('a'));
    expect(texts.current).toEqual(['2']);
  });

  it('stays where they can not be used, which is told once, until they can', () => {
    writeFileSync(path('a'), '1');
    const texts = textsOf('a');
    writeFileSync(path('a'), 'bad');
    expect(texts.current).toEqual(['1']);
    expect(texts.current).toEqual(['1']);
    expect(changes).toEqual(['a bad file']);
    rmSync(path('a'));
    expect(texts.current).toEqual(['1']);
    expect(texts.current).toEqual(['1']);
    expect(changes).toHaveLength(2);
    writeFileSync(path('a'), '3');
    expect(texts.current).toEqual(['3']);
    expect(changes).toEqual(['a bad file', expect.stringMatching(/ENOENT/), 'changed']);
  });

  it('must be made the first time', () => {
    expect(() => textsOf('a')).toThrow('ENOENT');
  });
});
