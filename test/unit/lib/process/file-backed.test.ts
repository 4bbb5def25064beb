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
  it('a value stays the same as long as its files do', () => {
    writeFileSync(path('a'), '1');
    const texts = textsOf('a');
    expect(texts.current).toBe(texts.current);
    expect(changes).toEqual([]);
  });

  it('a value is made again when one of its files is written', () => {
    writeFileSync(path('a'), '1');
    writeFileSync(path('b'), '1');
    const texts = textsOf('a', 'b');
    writeFileSync(path('b'), '22');
    expect(texts.current).toEqual(['1', '22']);
    expect(changes).toEqual(['changed']);
  });

  it('a value is made again when another file of the same size takes the place of one', () => {
    writeFileSync(path('a'), '1');
    const texts = textsOf('a');
    writeFileSync(path('new'), '2');
    renameSync(path('new'), path('a'));
    expect(texts.current).toEqual(['2']);
  });

  it('a value is made again when a link leads to another file', () => {
    writeFileSync(path('one'), '1');
    writeFileSync(path('two'), '2');
    symlinkSync(path('one'), path('a'));
    const texts = textsOf('a');
    symlinkSync(path('two'), path('new'));
    renameSync(path('new'), path('a'));
    expect(texts.current).toEqual(['2']);
  });

  it('a value stays while its files can not be used, which is reported once', () => {
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

  it('files that can not be used the first time are an error', () => {
    expect(() => textsOf('a')).toThrow('ENOENT');
  });
});
