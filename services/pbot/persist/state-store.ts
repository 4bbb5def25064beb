// What programs of a key have left, in one file of the host for each key.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { PbotFile } from '../execution-port.js';
import { readText } from '../storage/read-text.js';
import { RecentFiles } from '../storage/recent-files.js';
import { replaceFile } from '../storage/replace-file.js';

export interface StateStore {
  /** Empty where nothing was left. */
  read(key: string): Promise<readonly PbotFile[]>;
  /** All of it is kept, or all that was there before. */
  write(key: string, files: readonly PbotFile[]): Promise<void>;
}

export interface StateStoreOptions {
  /** Made where it is missing. */
  readonly directory: string;
  /** Beyond that the state that was not used for the longest time is dropped. */
  readonly maxKeys?: number;
}

const stateSchema = z.object({
  files: z.array(z.object({ path: z.string(), data: z.base64() })),
});

/** No two stores may share a directory. */
export function createStateStore({ directory, maxKeys = 1000 }: StateStoreOptions): StateStore {
  const recent = new RecentFiles({ directory, maxFiles: maxKeys });
  return {
    async read(key) {
      const text = await readText(join(directory, fileName(key)));
      if (text === undefined) return [];
      const { files } = stateSchema.parse(JSON.parse(text));
      return files.map(({ path, data }) => ({ path, data: Buffer.from(data, 'base64') }));
    },
    async write(key, files) {
      const path = join(directory, fileName(key));
      await recent.use(path);
      const kept = files.map((each) => ({
        path: each.path,
        data: Buffer.from(each.data).toString('base64'),
      }));
      await replaceFile(path, JSON.stringify({ key, files: kept }));
    },
  };
}

/** Safe as a name of a file, whatever the key. */
function fileName(key: string): string {
  return `${createHash('sha256').update(key).digest('hex')}.json`;
}
