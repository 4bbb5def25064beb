// Standard input of a program: held until the program starts, then fed at the pace of its reader.

import type { ProgramInput } from '../sandbox/program-input.js';

/** Of the input that is kept for a second run. */
const maxKeptBytes = 64 * 1024;

/** Who gets it. */
type InputTarget = Pick<ProgramInput, 'write' | 'end'>;

/** Holds standard input until there is a program to read it, then feeds the program at its own pace. */
export class InputFeed {
  readonly #onConsumed: (bytes: number) => void;
  #held: Uint8Array[] = [];
  #ended = false;
  #target: InputTarget | undefined;
  #kept: Uint8Array[] | undefined;
  #keptBytes = 0;

  /** `onConsumed` is told how many bytes have left: the host may send as many again. */
  constructor(onConsumed: (bytes: number) => void) {
    this.#onConsumed = onConsumed;
  }

  /** From now on what comes is kept, for a second run, as long as it is little. */
  keep(): void {
    this.#kept = [];
  }

  /** All that has come; absent where it was too much, or none was to be kept. */
  get kept(): Uint8Array | undefined {
    return this.#kept && Buffer.concat(this.#kept);
  }

  push(data: Uint8Array, end: boolean): void {
    if (this.#ended) return;
    this.#keptBytes += data.length;
    if (this.#keptBytes > maxKeptBytes) this.#kept = undefined;
    this.#kept?.push(data.slice());
    this.#ended = end;
    if (data.length > 0) this.#held.push(data);
    this.#feed();
  }

  attach(target: InputTarget): void {
    this.#target = target;
    this.#feed();
  }

  #feed(): void {
    const target = this.#target;
    if (target === undefined) return;
    for (const data of this.#held.splice(0)) {
      target.write(data, () => this.#onConsumed(data.length));
    }
    if (this.#ended) target.end();
  }
}
