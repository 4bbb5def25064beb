// Reads the files that vm-exec sends along, and writes those that come back.

import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize } from 'node:path';
import type { OutputFile, SourceFile } from '../gen/pbot/vm/v1/executor.js';
import { UserError } from '../lib/process/user-error.js';
import { printable } from './printable.js';

/** A file of this host can't be read or written. The message says which, and why. */
export class LocalFileError extends UserError {
  override readonly name = 'LocalFileError';
}

/**
 * Reads a file for a program: under the same relative path, and one from elsewhere under its name alone.
 *
 * @throws LocalFileError
 */
export async function readSourceFile(path: string): Promise<SourceFile> {
  try {
    const { mode } = await stat(path);
    const data = await readFile(path);
    return { path: pathInProgram(path), data, executable: (mode & 0o100) !== 0 };
  } catch (error) {
    throw new LocalFileError(printable(`${path} can't be read: ${textOf(error)}`));
  }
}

/**
 * Writes what a program has left below a directory, which is made where it is not there. The program is not trusted: its
 * paths lead nowhere else, and through no link that is there already.
 *
 * @throws LocalFileError
 */
export async function writeOutputFile(directory: string, file: OutputFile): Promise<void> {
  const parts = file.path.split('/');
  const name = parts.pop() ?? '';
  try {
    if ([...parts, name].some((part) => ['', '.', '..'].includes(part))) {
      throw new Error('it leads elsewhere');
    }
    await mkdir(directory, { recursive: true });
    let place = directory;
    for (const part of parts) {
      place = join(place, part);
      await makeDirectory(place);
    }
    await write(join(place, name), file.data);
  } catch (error) {
    throw new LocalFileError(`${JSON.stringify(file.path)} can't be written: ${textOf(error)}`);
  }
}

function pathInProgram(path: string): string {
  const normal = normalize(path);
  return isAbsolute(normal) || normal.split('/')[0] === '..' ? basename(normal) : normal;
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isDirectory = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
    if (!isDirectory) throw error;
  }
}

async function write(path: string, data: Uint8Array): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK);
  try {
    await file.writeFile(data);
  } finally {
    await file.close();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
