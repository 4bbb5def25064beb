// A cache of directories that appear whole or not at all.

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** File that is written last: a directory that holds it is whole. */
export const manifestName = 'manifest.json';

/** Says what a result was made from, and that it is whole. */
export async function writeManifest(
  directory: string,
  content: Readonly<Record<string, unknown>>,
): Promise<void> {
  const manifest = { ...content, createTime: new Date().toISOString() };
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Hash of everything that a result depends on; the order of the fields counts. */
export function inputHash(inputs: unknown): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
}

/** Whether a result is there, whole; marks it as just used. */
export async function useCached(directory: string): Promise<boolean> {
  try {
    await stat(join(directory, manifestName));
  } catch {
    return false;
  }
  const now = new Date();
  await utimes(directory, now, now).catch(ignoreReadOnlyCache);
  return true;
}

/**
 * Lets `fill` write a result into a temporary sibling and renames that at the end, so that a cut run leaves nothing
 * that looks whole. When another process finishes the same result first, that one stays.
 */
export async function publish(
  directory: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(directory), temporaryName(basename(directory)));
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, directory).catch(async (error: unknown) => {
      if (await useCached(directory)) return;
      // A directory without a manifest is nobody's result.
      await rm(directory, { recursive: true, force: true });
      await rename(temporary, directory).catch(() => {
        throw error;
      });
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Name of a directory that only this process writes to; `leftovers` finds it once the process is gone. */
export function temporaryName(name: string): string {
  return `${name}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
}

/** Temporary directories in `parent`, of names that match, whose processes are gone. */
export async function leftovers(parent: string, name: RegExp): Promise<string[]> {
  const entries = await readdir(parent).catch(() => []);
  return entries
    .filter((entry) => {
      const parts = /^(.+)\.(\d+)\.[0-9a-f]{8}\.tmp$/.exec(entry);
      return parts?.[1] !== undefined && name.test(parts[1]) && !isRunning(Number(parts[2]));
    })
    .map((entry) => join(parent, entry));
}

/** Removes all results of one kind but the `keep` that were used last. */
export async function keepNewest(options: {
  parent: string;
  name: RegExp;
  keep: number;
}): Promise<void> {
  const entries = (await readdir(options.parent)).filter((entry) => options.name.test(entry));
  const dated = await Promise.all(
    entries.map(async (entry) => {
      const path = join(options.parent, entry);
      return { path, usedMs: (await stat(path)).mtimeMs };
    }),
  );
  dated.sort((left, right) => right.usedMs - left.usedMs);
  for (const { path } of dated.slice(options.keep)) {
    await rm(path, { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A result in a cache that this user may only read is used all the same. */
function ignoreReadOnlyCache(): void {}
