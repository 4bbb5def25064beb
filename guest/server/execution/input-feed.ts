// Standard input of a program: held until the program starts, then fed at the pace of its reader.

import type { Socket } from 'node:net';

/** Holds standard input until there is a program to read it, then feeds the program at its own pace. */
export class InputFeed {
  readonly #onConsumed: (bytes: number) => void;
  #held: Uint8Array[] = [];
  #ended = false;
  #target: Socket | undefined;

  /** `onConsumed` is told how many bytes have left: the host may send as many again. */
  constructor(onConsumed: (bytes: number) => void) {
    this.#onConsumed = onConsumed;
  }

  push(data: Uint8Array, end: boolean): void {
    if (this.#ended) return;
    this.#ended = end;
    if (data.length > 0) this.#held.push(data);
    this.#feed();
  }

  attach(target: Socket): void {
    this.#target = target;
    this.#feed();
  }

  #feed(): void {
    const target = this.#target;
    if (target === undefined) return;
    for (const data of this.#held.splice(0)) {
      if (target.destroyed) this.#onConsumed(data.length);
      else target.write(data, () => this.#onConsumed(data.length));
    }
    if (this.#ended) target.end();
  }
}
