// A value made of files, made again when one of them changes.

import { statSync } from 'node:fs';

/**
 * A value that is made of files, and made again when one of them has changed: written again, or replaced by another file
 * of its name. Files that can't be used leave the value as it was, and are reported once.
 *
 * Nothing is watched. Each use of the value looks at the files, so that a change counts from the next use on.
 */
export class FileBacked<T> {
  readonly #paths: readonly string[];
  readonly #make: () => T;
  readonly #onChange: (error: Error | undefined) => void;
  #signature: string;
  #value: T;

  /**
   * @param options.make reads the files; what it throws the first time is thrown from the constructor
   * @param options.onChange is called after each change, with the error where the value stays as it was
   */
  constructor(options: {
    paths: readonly string[];
    make: () => T;
    onChange: (error: Error | undefined) => void;
  }) {
    this.#paths = options.paths;
    this.#make = options.make;
    this.#onChange = options.onChange;
    // Before they are read: what is written meanwhile must count as a change.
    this.#signature = signatureOf(this.#paths);
    this.#value = this.#make();
  }

  get current(): T {
    const signature = signatureOf(this.#paths);
    if (signature === this.#signature) return this.#value;
    this.#signature = signature;
    try {
      this.#value = this.#make();
      this.#onChange(undefined);
    } catch (error) {
      this.#onChange(error instanceof Error ? error : new Error(String(error)));
    }
    return this.#value;
  }
}

function signatureOf(paths: readonly string[]): string {
  return paths.map(signatureOfFile).join(' ');
}

function signatureOfFile(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return String(error);
  }
}
