// The files of a directory in the order of their use; so many of them may be there.

import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinishedEnding } from './replace-file.js';

/** Their times are the order, so that it survives a restart. */
export class RecentFiles {
  readonly directory: string;
  readonly maxFiles: number;
  #order: Promise<Set<string>> | undefined;

  constructor({ directory, maxFiles }: { directory: string; maxFiles: number }) {
    this.directory = directory;
    this.maxFiles = maxFiles;
  }

  /** Says that a file that is there was read. */
  async touch(path: string, nowMs: number): Promise<void> {
    moveToEnd(await this.#read(), path);
    const seconds = nowMs / 1000;
    await utimes(path, seconds, seconds);
  }

  /**
   * Makes room for a file that is going to be written.
   *
   * @returns the paths of those that were dropped for it
   */
  async use(path: string): Promise<string[]> {
    const order = await this.#read();
    moveToEnd(order, path);
    const dropped = [...order].slice(0, Math.max(0, order.size - this.maxFiles));
    for (const each of dropped) {
      order.delete(each);
      await rm(each, { force: true });
    }
    return dropped;
  }

  async #read(): Promise<Set<string>> {
    this.#order ??= readOrder(this.directory);
    try {
      return await this.#order;
    } catch (error) {
      // The next one tries again.
      this.#order = undefined;
      throw error;
    }
  }
}

function moveToEnd(order: Set<string>, path: string): void {
  order.delete(path);
  order.add(path);
}

/** Makes the directory, and removes what was not written to its end. */
async function readOrder(directory: string): Promise<Set<string>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found: { path: string; usedMs: number }[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.endsWith(unfinishedEnding)) await rm(path, { force: true });
    else found.push({ path, usedMs: (await stat(path)).mtimeMs });
  }
  found.sort((a, b) => a.usedMs - b.usedMs);
  return new Set(found.map(({ path }) => path));
}
