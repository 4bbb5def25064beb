import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  LocalFileError,
  readSourceFile,
  writeOutputFile,
} from '../../../services/cli/local-files.js';

let directory: string;
let out: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-local-'));
  out = join(directory, 'out');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (path: string, content = 'new') =>
  writeOutputFile(out, { path, data: Buffer.from(content) });

describe('a file for a program', () => {
  it('a file for a program keeps only its name where it is from elsewhere, and is executable where its owner may execute it', async () => {
    const path = join(directory, 'tool');
    await writeFile(path, 'x');
    const file = { path: 'tool', data: Buffer.from('x'), executable: false };
    expect(await readSourceFile(path)).toEqual(file);
    expect(await readSourceFile(relative('.', path))).toEqual(file);
    await chmod(path, 0o755);
    expect((await readSourceFile(path)).executable).toBe(true);
  });

  it('a file for a program keeps its relative path', async () => {
    expect((await readSourceFile('./test/unit/../lint')).path).toBe('test/lint');
  });

  it('a file for a program that is not there is an error with its name', async () => {
    await expect(readSourceFile('/no/such/file')).rejects.toThrow(LocalFileError);
    await expect(readSourceFile('/no/such/file')).rejects.toThrow(
      /^\/no\/such\/file can't be read: /,
    );
  });
});

describe('a file that a program has left', () => {
  it('a file that a program has left is written below the directory, and replaces one that is there', async () => {
    await write('a/b/c', 'old and longer');
    await write('a/b/c');
    await write('d');
    expect(await readFile(join(out, 'a/b/c'), 'utf8')).toBe('new');
    expect((await readdir(out, { recursive: true })).sort()).toEqual(['a', 'a/b', 'a/b/c', 'd']);
  });

  it.each(['../a', '/a', 'a/../../b', '..', '', 'a//b', './a'])(
    'a file that a program has left is not written anywhere else: %j',
    async (path) => {
      await expect(write(path)).rejects.toThrow(LocalFileError);
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('a file that a program has left follows no link, at the end or on the way', async () => {
    await mkdir(join(directory, 'elsewhere'));
    await writeFile(join(directory, 'elsewhere/file'), 'old');
    await mkdir(out);
    await symlink('../elsewhere', join(out, 'dir'));
    await symlink('../elsewhere/file', join(out, 'link'));
    for (const path of ['dir/file', 'dir/new', 'link']) {
      await expect(write(path)).rejects.toThrow(LocalFileError);
    }
    expect(await readdir(join(directory, 'elsewhere'))).toEqual(['file']);
    expect(await readFile(join(directory, 'elsewhere/file'), 'utf8')).toBe('old');
  });
});
