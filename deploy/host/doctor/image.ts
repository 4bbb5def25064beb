// Finds the kernel of the newest guest image.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestName } from '../image/cache.js';

/** The kernel of the guest image that was used last; `undefined` where no image is built. */
export async function findImageKernel(cacheDirectory: string): Promise<string | undefined> {
  const names = await readdir(cacheDirectory).catch(() => []);
  const images = names.filter((name) => /^[0-9a-f]{16}$/.test(name));
  const dated = await Promise.all(
    images.map(async (name) => {
      const directory = join(cacheDirectory, name);
      try {
        await stat(join(directory, manifestName));
        return [{ directory, usedMs: (await stat(directory)).mtimeMs }];
      } catch {
        // Cut short, or being removed: not an image.
        return [];
      }
    }),
  );
  const newest = dated.flat().sort((left, right) => right.usedMs - left.usedMs)[0];
  return newest === undefined ? undefined : join(newest.directory, 'vmlinuz');
}
