// A buffer that grows with the pieces that are appended to it.

const firstCapacityBytes = 4096;

/** Bytes that come in pieces, of whatever size: what they take is bounded by their sum, not by their number. */
export class GrowingBytes {
  #buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(data: Uint8Array): void {
    const length = this.#length + data.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(length, 2 * this.#buffer.length, firstCapacityBytes));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(data, this.#length);
    this.#length = length;
  }

  /** What came so far; a view. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
