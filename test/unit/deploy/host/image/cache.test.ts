import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  inputHash,
  keepNewest,
  leftovers,
  manifestName,
  publish,
  temporaryName,
  useCached,
} from '../../../../../deploy/host/image/cache.js';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'pbot-vm-cache-'));
});

afterEach(async () => {
  await rm(cache, { recursive: true });
});

const write = (manifest: string) => (directory: string) =>
  writeFile(join(directory, manifestName), manifest);

describe('the image cache', () => {
  it('the image cache has another key when an input changes', () => {
    expect(inputHash(['trixie', 'gcc'])).not.toBe(inputHash(['trixie', 'g++']));
    expect(inputHash(['trixie', 'gcc'])).toMatch(/^[0-9a-f]{16}$/);
  });

  it('the image cache takes nothing for a result that has no manifest', async () => {
    await mkdir(join(cache, 'cut'));
    expect(await useCached(join(cache, 'cut'))).toBe(false);
  });

  it('the image cache publishes a result whole', async () => {
    await publish(join(cache, 'image'), write('first'));
    expect(await useCached(join(cache, 'image'))).toBe(true);
    expect(await readdir(cache)).toEqual(['image']);
  });

  it('the image cache leaves nothing of a result that could not be finished', async () => {
    const failing = publish(join(cache, 'image'), () => Promise.reject(new Error('no space')));
    await expect(failing).rejects.toThrow('no space');
    expect(await readdir(cache)).toEqual([]);
  });

  it('the image cache keeps the result of whoever was first', async () => {
    await publish(join(cache, 'image'), write('first'));
    await publish(join(cache, 'image'), write('second'));
    expect(await readFile(join(cache, 'image', manifestName), 'utf8')).toBe('first');
  });

  it('the image cache replaces what lies in the way and is no result', async () => {
    await mkdir(join(cache, 'image'));
    await writeFile(join(cache, 'image', 'rubbish'), '');
    await publish(join(cache, 'image'), write('whole'));
    expect(await readdir(join(cache, 'image'))).toEqual([manifestName]);
  });

  it('the image cache finds what a killed build left, and not what a running one is writing', async () => {
    // Beyond the largest process id that Linux gives out.
    const killed = 'image.4194305.0123abcd.tmp';
    for (const name of [killed, temporaryName('image'), 'image', 'other.4194305.0123abcd.tmp']) {
      await mkdir(join(cache, name));
    }
    expect(await leftovers(cache, /^image$/)).toEqual([join(cache, killed)]);
  });

  it('the image cache keeps the results that were used last', async () => {
    for (const [name, seconds] of Object.entries({ a: 30, b: 10, c: 20, kept: 0 })) {
      await mkdir(join(cache, name));
      await utimes(join(cache, name), seconds, seconds);
    }
    await keepNewest({ parent: cache, name: /^[abc]$/, keep: 2 });
    expect((await readdir(cache)).sort()).toEqual(['a', 'c', 'kept']);
  });
});
