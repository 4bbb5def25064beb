// The beginning of a line whose end has not come yet.

/** First block: most lines are short. Each later one is twice as long, up to the largest. */
const smallestBlockBytes = 4 * 1024;
const largestBlockBytes = 64 * 1024;

/** Bytes in blocks. A client may send a long line byte by byte: nothing is copied again to make room, and little room is spare. */
export class UnfinishedLine {
  #blocks: Buffer[] = [];
  /** Bytes of the last block that are used. */
  #usedOfLast = 0;
  #bytes = 0;
  #heldBytes = 0;

  /** Bytes of the line so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory that the line takes, in bytes. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  append(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const block = this.#roomyBlock();
      const count = bytes.copy(block, this.#usedOfLast, at);
      this.#usedOfLast += count;
      at += count;
    }
    this.#bytes += bytes.length;
  }

  /** The line so far, in one piece. What follows is a new line. */
  take(): Buffer {
    const line = Buffer.concat(this.#blocks, this.#bytes);
    this.#blocks = [];
    this.#usedOfLast = 0;
    this.#bytes = 0;
    this.#heldBytes = 0;
    return line;
  }

  /** The last block, which has room for a byte at least. */
  #roomyBlock(): Buffer {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#usedOfLast < last.length) return last;
    const size = last === undefined ? smallestBlockBytes : 2 * last.length;
    const block = Buffer.allocUnsafeSlow(Math.min(size, largestBlockBytes));
    this.#blocks.push(block);
    this.#usedOfLast = 0;
    this.#heldBytes += block.length;
    return block;
  }
}
