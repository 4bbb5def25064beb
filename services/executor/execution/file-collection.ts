// The files that a guest sends when a program has ended, put together from their pieces and checked.

import { globMatcher } from '../../../guest/protocol/glob.js';
import { directoriesOf, validatePath } from '../../../guest/protocol/paths.js';
import { GrowingBytes } from './growing-bytes.js';
import { ExecutionOrderError } from './phases.js';
import type { ExecutionResult, OutputFile } from './result.js';

/**
 * Nothing that the guest sends is believed: neither that a file was asked for, nor its path, the number, the size or the
 * order of the files. When files may come is decided before (phases.ts).
 */
export class FileCollection {
  readonly #isAsked: (path: string) => boolean;
  readonly #maxFiles: number;
  /** Of all together. */
  readonly #maxBytes: number;
  readonly #files = new Map<string, GrowingBytes>();
  /** That these files lie in. */
  readonly #directories = new Set<string>();
  #bytes = 0;
  #lastPath: string | undefined;
  #completeness: 'unasked' | 'open' | 'whole' | 'truncated' = 'unasked';

  constructor(asked: { globs: readonly string[]; maxFiles: number; maxBytes: number }) {
    this.#isAsked = globMatcher(asked.globs);
    this.#maxFiles = asked.maxFiles;
    this.#maxBytes = asked.maxBytes;
  }

  /** From now on the result holds the files that have come. */
  open(): void {
    this.#completeness = 'open';
  }

  /** @throws ExecutionOrderError */
  add(path: string, data: Uint8Array): void {
    if (path !== this.#lastPath) this.#begin(path);
    this.#bytes += data.length;
    if (this.#bytes > this.#maxBytes) throw new ExecutionOrderError('files that are too large');
    this.#files.get(path)?.append(data);
  }

  end({ isTruncated }: { isTruncated: boolean }): void {
    if (this.#completeness === 'unasked') return;
    this.#completeness = isTruncated ? 'truncated' : 'whole';
  }

  /** What has come. Where the end has not, the last may be a part. */
  result(): Pick<ExecutionResult, 'files' | 'filesTruncated'> {
    if (this.#completeness === 'unasked') return { files: [], filesTruncated: false };
    const isOpen = this.#completeness === 'open';
    const files: OutputFile[] = [...this.#files]
      .filter(([path]) => !isOpen || path !== this.#lastPath)
      .map(([path, { bytes: data }]) => ({ path, data }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files, filesTruncated: this.#completeness !== 'whole' };
  }

  #begin(path: string): void {
    const isGood = validatePath(path) === undefined && this.#isAsked(path);
    if (!isGood) throw new ExecutionOrderError('a file that nobody has asked for');
    if (this.#files.has(path)) throw new ExecutionOrderError('a file in two parts');
    const directories = directoriesOf(path);
    if (this.#directories.has(path) || directories.some((each) => this.#files.has(each))) {
      throw new ExecutionOrderError('a file where a directory is');
    }
    if (this.#files.size === this.#maxFiles) throw new ExecutionOrderError('too many files');
    for (const each of directories) this.#directories.add(each);
    this.#lastPath = path;
    this.#files.set(path, new GrowingBytes());
  }
}
