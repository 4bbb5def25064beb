// The beginning of a line whose end has not come yet.

/** First block: most lines are short. Each later one is twice as long, up to the largest. */
const smallestBlockBytes = 4 * 1024;
const largestBlockBytes = 64 * 1024;

/** What came at once and is at least so long is kept as it came: a copy would cost time, and leave garbage. */
const keptAsItCameBytes = 32 * 1024;

/** Bytes in blocks. A client may send a long line byte by byte: nothing is copied again to make room, and little room is spare. */
export class UnfinishedLine {
  #blocks: Buffer[] = [];
  /** The end of the last block, which is not used yet. */
  #spare: Buffer = Buffer.alloc(0);
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

  /** @param bytes whoever gives them leaves them alone from now on */
  append(bytes: Buffer): void {
    this.#bytes += bytes.length;
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#spare.length === 0 && rest.length >= keptAsItCameBytes) {
        this.#add(rest);
        return;
      }
      if (this.#spare.length === 0) this.#spare = this.#addEmpty();
      const count = rest.copy(this.#spare);
      this.#spare = this.#spare.subarray(count);
      rest = rest.subarray(count);
    }
  }

  /** The line so far, in one piece. What follows is a new line. */
  take(): Buffer {
    const line = Buffer.concat(this.#blocks, this.#bytes);
    this.#blocks = [];
    this.#spare = Buffer.alloc(0);
    this.#bytes = 0;
    this.#heldBytes = 0;
    return line;
  }

  #addEmpty(): Buffer {
    const last = this.#blocks.at(-1)?.length;
    const size = last === undefined ? smallestBlockBytes : Math.min(2 * last, largestBlockBytes);
    const block = Buffer.allocUnsafeSlow(size);
    this.#add(block);
    return block;
  }

  #add(block: Buffer): void {
    this.#blocks.push(block);
    this.#heldBytes += block.buffer.byteLength;
  }
}
