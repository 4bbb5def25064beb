// What a result keeps of a stream of output: its beginning and its end.

import { GrowingBytes } from './growing-bytes.js';

/** Keeps what a program prints as far as there is room, and of more than that both ends: the half that came first, and the last. */
export class KeptOutput {
  readonly #maxHeadBytes: number;
  readonly #head = new GrowingBytes();
  readonly #tail: Tail;
  #totalBytes = 0;

  /** @param maxBytes that are kept; 0: none */
  constructor(maxBytes: number) {
    this.#maxHeadBytes = Math.ceil(maxBytes / 2);
    this.#tail = new Tail(Math.floor(maxBytes / 2));
  }

  add(data: Uint8Array): void {
    this.#totalBytes += data.length;
    const first = data.subarray(0, this.#maxHeadBytes - this.#head.length);
    this.#head.append(first);
    this.#tail.add(data.subarray(first.length));
  }

  /** What was kept: all of it in `head`, unless some was dropped between head and tail. */
  close(): { head: Uint8Array; droppedBytes: number; tail: Uint8Array } {
    const head = this.#head.bytes;
    const tail = this.#tail.bytes();
    const droppedBytes = this.#totalBytes - head.length - tail.length;
    if (droppedBytes > 0) return { head, droppedBytes, tail };
    return { head: Buffer.concat([head, tail]), droppedBytes, tail: Buffer.alloc(0) };
  }
}

/** The last bytes of a stream. */
class Tail {
  readonly #maxBytes: number;
  /** Moves to its beginning whenever it holds twice what is asked for: a byte is moved once, on the average. */
  #buffer = new GrowingBytes();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(data: Uint8Array): void {
    if (this.#maxBytes === 0) return;
    const last = data.subarray(Math.max(0, data.length - this.#maxBytes));
    if (this.#buffer.length + last.length > 2 * this.#maxBytes) {
      const kept = this.bytes();
      this.#buffer = new GrowingBytes();
      this.#buffer.append(kept);
    }
    this.#buffer.append(last);
  }

  bytes(): Uint8Array {
    const { bytes } = this.#buffer;
    return bytes.subarray(Math.max(0, bytes.length - this.#maxBytes));
  }
}
