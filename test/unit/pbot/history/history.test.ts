import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHistory, type History } from '../../../../services/pbot/history/history.js';

const buffer = { owner: 'channel', name: '#c', language: 'c11' } as const;

describe('the history of codes', () => {
  let directory: string;
  let history: History;
  let nowMs: number;

  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'history-')), 'history');
    nowMs = 1_000_000;
    history = restarted();
  });

  afterEach(async () => {
    await rm(join(directory, '..'), { recursive: true });
  });

  function restarted(bounds: { maxEntries?: number; maxBytes?: number; maxBuffers?: number } = {}) {
    return createHistory({ directory, nowMs: () => (nowMs += 1000), ...bounds });
  }

  const store = (...codes: string[]) => history.change(buffer, { drop: 0, store: codes });

  async function onlyFile(): Promise<string> {
    const [name = '', ...others] = await readdir(directory);
    expect(others).toEqual([]);
    return join(directory, name);
  }

  it('lists nothing of a channel that has run nothing', async () => {
    expect(await history.entries(buffer)).toEqual([]);
  });

  it('lists codes newest first, with their line ends', async () => {
    await store('a\nb', 'ü\u2028');
    await store('c');
    expect(await history.entries(buffer)).toEqual(['c', 'ü\u2028', 'a\nb']);
  });

  it('keeps languages, channels and nicks apart, whatever their names', async () => {
    await store('a');
    await history.change({ ...buffer, name: '../../x\0/' }, { drop: 0, store: ['b'] });
    expect(await history.entries({ ...buffer, language: 'sh' })).toEqual([]);
    expect(await history.entries({ ...buffer, owner: 'nick' })).toEqual([]);
    expect(await history.entries({ ...buffer, name: '../../x\0/' })).toEqual(['b']);
    expect(await history.entries({ ...buffer, name: '#C' })).toEqual(['a']);
  });

  it('drops the newest entries for good before it stores others', async () => {
    await store('a', 'b', 'c');
    await history.change(buffer, { drop: 2, store: ['d'] });
    expect(await history.entries(buffer)).toEqual(['d', 'a']);
    expect(await restarted().entries(buffer)).toEqual(['d', 'a']);
  });

  it('is readable by its owner alone', async () => {
    await store('a');
    expect((await stat(await onlyFile())).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('drops a line that was half written when the host failed, and goes on after it', async () => {
    await store('a', 'b');
    const path = await onlyFile();
    await truncate(path, (await stat(path)).size - 2);
    history = restarted();
    expect(await history.entries(buffer)).toEqual(['a']);
    await store('c');
    expect(await history.entries(buffer)).toEqual(['c', 'a']);
    expect(await readFile(path, 'utf8')).toBe('"a"\n"c"\n');
  });

  it('leaves out lines that hold no code', async () => {
    await store('a');
    await appendFile(await onlyFile(), '{"x":1}\n[\n"b"\n\0\0\n{"drop":-1}\n');
    expect(await restarted().entries(buffer)).toEqual(['b', 'a']);
  });

  it('removes a file that was not rewritten to its end', async () => {
    await store('a');
    const path = await onlyFile();
    await writeFile(`${path}.new`, '"x"\n');
    history = restarted();
    await store('b');
    expect(await onlyFile()).toBe(path);
    expect(await history.entries(buffer)).toEqual(['b', 'a']);
  });

  it('keeps what is stored at the same time', async () => {
    await Promise.all([store('a'), store('b'), history.entries(buffer), store('c')]);
    expect(await history.entries(buffer)).toEqual(['c', 'b', 'a']);
  });

  it('keeps so many entries, and a file of twice as many at most', async () => {
    history = restarted({ maxEntries: 3 });
    for (let i = 0; i < 20; i += 1) await store(`${i}`);
    expect(await history.entries(buffer)).toEqual(['19', '18', '17']);
    expect((await readFile(await onlyFile(), 'utf8')).split('\n').length).toBeLessThanOrEqual(7);
  });

  it('keeps so many bytes, and no code that is longer', async () => {
    history = restarted({ maxBytes: 20 });
    await store('12345', 'abcde', 'x'.repeat(18), 'fghij');
    expect(await history.entries(buffer)).toEqual(['fghij', 'abcde']);
    for (let i = 0; i < 20; i += 1) await store('vwxyz');
    expect((await stat(await onlyFile())).size).toBeLessThanOrEqual(40);
  });

  it('drops the buffer that was not used for the longest time', async () => {
    history = restarted({ maxBuffers: 2 });
    const named = (name: string) => ({ ...buffer, name });
    await history.change(named('#1'), { drop: 0, store: ['a'] });
    await history.change(named('#2'), { drop: 0, store: ['b'] });
    await history.entries(named('#1'));
    await history.change(named('#3'), { drop: 0, store: ['c'] });
    expect(await history.entries(named('#2'))).toEqual([]);
    expect(await history.entries(named('#1'))).toEqual(['a']);
    expect(await readdir(directory)).toHaveLength(2);
  });

  it('fails a task whose file cannot be read, and does the next one', async () => {
    await store('a');
    const path = await onlyFile();
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    await expect(history.entries(buffer)).rejects.toThrow('ENOTDIR');
    await rm(directory);
    history = restarted();
    await store('b');
    expect(await readFile(path, 'utf8')).toBe('"b"\n');
  });
});
