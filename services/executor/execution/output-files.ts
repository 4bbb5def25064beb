import { globMatcher } from '../../../guest/protocol/glob.js';
import { directoriesOf, pathFault } from '../../../guest/protocol/paths.js';
import { ExecutionOrderError } from './execution.js';
import { GrowingBytes } from './growing-bytes.js';
import type { ExecutionResult, OutputFile } from './result.js';

/**
 * Takes the files that a guest sends when a program has ended. Nothing of it is believed: neither that they were asked for,
 * nor their paths, number, size or order.
 *
 * - `early`: the program has not ended yet
 * - `open`: files may come
 * - `ended`: the guest has said that all were sent
 */
export class OutputFiles {
  readonly #areAsked: boolean;
  readonly #isAsked: (path: string) => boolean;
  readonly #maxFiles: number;
  /** Of all together. */
  readonly #maxBytes: number;
  readonly #files = new Map<string, GrowingBytes>();
  /** That these files lie in. */
  readonly #directories = new Set<string>();
  #state: 'early' | 'open' | 'ended' = 'early';
  #areWanted = false;
  #bytes = 0;
  #lastPath: string | undefined;
  #isTruncated = false;

  constructor(asked: { globs: readonly string[]; maxFiles: number; maxBytes: number }) {
    this.#areAsked = asked.globs.length > 0;
    this.#isAsked = globMatcher(asked.globs);
    this.#maxFiles = asked.maxFiles;
    this.#maxBytes = asked.maxBytes;
  }

  /** Whether files are worth waiting for: a program that a limit has ended has none to give. */
  get areAwaited(): boolean {
    return this.#state === 'open' && this.#areWanted;
  }

  /** To be called when the run phase is over. */
  open({ isEndedByLimit }: { isEndedByLimit: boolean }): void {
    if (!this.#areAsked) return;
    this.#state = 'open';
    this.#areWanted = !isEndedByLimit;
  }

  /** @throws ExecutionOrderError */
  add(path: string, data: Uint8Array): void {
    if (this.#state !== 'open') throw new ExecutionOrderError('a file that is not awaited');
    if (path !== this.#lastPath) this.#begin(path);
    this.#bytes += data.length;
    if (this.#bytes > this.#maxBytes) throw new ExecutionOrderError('files that are too large');
    this.#files.get(path)?.append(data);
  }

  /** @throws ExecutionOrderError */
  end({ isTruncated }: { isTruncated: boolean }): void {
    if (this.#state !== 'open') throw new ExecutionOrderError('an end of files out of order');
    this.#state = 'ended';
    this.#isTruncated = isTruncated;
  }

  /** What has come. Where the end has not, the last may be a part. */
  result(): Pick<ExecutionResult, 'files' | 'filesTruncated'> {
    if (!this.#areWanted) return { files: [], filesTruncated: false };
    const isUnended = this.#state === 'open';
    const files: OutputFile[] = [...this.#files]
      .filter(([path]) => !isUnended || path !== this.#lastPath)
      .map(([path, { bytes: data }]) => ({ path, data }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files, filesTruncated: this.#isTruncated || isUnended };
  }

  #begin(path: string): void {
    const isGood = pathFault(path) === undefined && this.#isAsked(path);
    if (!isGood) throw new ExecutionOrderError('a file that nobody has asked for');
    if (this.#files.has(path)) throw new ExecutionOrderError('a file in two parts');
    const directories = directoriesOf(path);
    if (this.#directories.has(path) || directories.some((each) => this.#files.has(each))) {
      throw new ExecutionOrderError('a file in place of a directory');
    }
    if (this.#files.size === this.#maxFiles) throw new ExecutionOrderError('too many files');
    for (const each of directories) this.#directories.add(each);
    this.#lastPath = path;
    this.#files.set(path, new GrowingBytes());
  }
}
