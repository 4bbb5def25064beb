// The codes that were run in each channel, by language, kept in files so that they survive a restart.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { KeyedMutex } from '../../lib/process/keyed-mutex.js';
import { RecentFiles } from '../storage/recent-files.js';
import { appendEntry, type EntriesFile, readEntries, rewriteEntries } from './entries-file.js';

/** Where a code belongs. */
export interface Buffer {
  readonly owner: 'channel' | 'nick';
  readonly name: string;
  readonly language: string;
}

interface HistoryChange {
  /** Entries to drop for good, the newest first. They go before others are stored. */
  readonly drop: number;
  /** Newest last. */
  readonly store: readonly string[];
}

export interface History {
  /** Newest first. */
  entries(buffer: Buffer): Promise<readonly string[]>;
  change(buffer: Buffer, change: HistoryChange): Promise<void>;
}

export interface HistoryOptions {
  /** Made where it is missing. */
  readonly directory: string;
  readonly maxEntries?: number;
  /** Of one buffer, as its file holds them. A code that is longer is not kept. */
  readonly maxBytes?: number;
  /** Beyond that the one that was not used for the longest time is dropped. */
  readonly maxBuffers?: number;
  readonly nowMs: () => number;
}

/** No two histories may share a directory. */
export function createHistory(options: HistoryOptions): History {
  return new FileHistory(options);
}

class FileHistory implements History {
  readonly #files: RecentFiles;
  readonly #nowMs: () => number;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  /** What was read or written last. A file without an entry here is read, and mended, before it is written. */
  readonly #known = new Map<string, EntriesFile>();
  readonly #turns = new KeyedMutex();

  constructor(options: HistoryOptions) {
    const { directory, maxEntries = 10_000, maxBytes = 1 << 20, maxBuffers = 1000 } = options;
    this.#nowMs = options.nowMs;
    this.#files = new RecentFiles({ directory, maxFiles: maxBuffers });
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  entries(buffer: Buffer): Promise<readonly string[]> {
    return this.#inTurn(buffer, async (path) => {
      const { entries } = await readEntries(path);
      if (entries.length > 0) await this.#files.touch(path, this.#nowMs());
      return this.#bounded(entries).toReversed();
    });
  }

  async change(buffer: Buffer, { drop, store }: HistoryChange): Promise<void> {
    const kept = store.filter((code) => lineBytes(code) <= this.#maxBytes);
    if (drop === 0 && kept.length === 0) return;
    await this.#inTurn(buffer, async (path) => {
      for (const dropped of await this.#files.use(path)) this.#known.delete(dropped);
      const known = this.#known.get(path) ?? (await readEntries(path));
      // Until all of it is written, nothing is known of the file.
      this.#known.delete(path);
      this.#known.set(path, await this.#write(path, known, { drop, store: kept }));
      this.#forgetOldest();
    });
  }

  async #write(path: string, known: EntriesFile, change: HistoryChange): Promise<EntriesFile> {
    const isFull =
      known.lines >= 2 * this.#maxEntries ||
      known.bytes + bytesOf(change.store) > 2 * this.#maxBytes;
    if (known.isWhole && !isFull) return await appendEntry(path, known, change);
    const { entries } = await readEntries(path);
    const left = entries.slice(0, Math.max(0, entries.length - change.drop));
    return await rewriteEntries(path, this.#bounded([...left, ...change.store]));
  }

  /** The newest, as many as may be kept. Newest last. */
  #bounded(entries: readonly string[]): string[] {
    let bytes = 0;
    let first = entries.length;
    while (first > 0 && entries.length - first < this.#maxEntries) {
      bytes += lineBytes(entries[first - 1] ?? '');
      if (bytes > this.#maxBytes) break;
      first -= 1;
    }
    return entries.slice(first);
  }

  #forgetOldest(): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > this.#files.maxFiles) this.#known.delete(oldest);
  }

  /** One task of a file at a time. */
  #inTurn<T>(buffer: Buffer, task: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#files.directory, fileName(buffer));
    return this.#turns.run(path, never, () => task(path));
  }
}

/** Nobody leaves the queue of a file. */
const never = new AbortController().signal;

/** Safe as a name of a file, whatever the nick. IRC takes upper and lower case for the same. */
function fileName({ owner, name, language }: Buffer): string {
  const key = JSON.stringify([owner, name.toLowerCase(), language]);
  return `${createHash('sha256').update(key).digest('hex')}.jsonl`;
}

function bytesOf(entries: readonly string[]): number {
  return entries.reduce((sum, entry) => sum + lineBytes(entry), 0);
}

/** What an entry takes in the file, nearly. */
function lineBytes(code: string): number {
  return globalThis.Buffer.byteLength(JSON.stringify(code)) + 1;
}
