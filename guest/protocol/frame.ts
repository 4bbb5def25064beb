// Frames of the data channel: encoder, decoder, and the sizes that both ends agree on.

import { checksum } from './checksum.js';
import { stuff, stuffedMaxLength, unstuff } from './stuffing.js';

/** Version of the protocol in `pbot/vm/guest/v1/channel.proto`. Raised when an old peer would misunderstand. */
export const protocolVersion = 3;

/** Largest header of a frame, in bytes: what Start and Ready may hold. */
export const maxHeaderBytes = 63 * 1024;

/** Largest payload of a frame: a piece of code, input or output, in bytes. As much as a read from a pipe brings. */
export const maxPieceBytes = 64 * 1024;

/** Code and standard input that may be under way to one execution, or held for it, in bytes. */
export const inputWindowBytes = 64 * 1024;

/** Output of one execution that may be under way to a client, or held for it, in bytes. */
export const outputWindowBytes = 1024 * 1024;

const delimiter = 0;
const lengthBytes = 2;
const checksumBytes = 4;
const maxContentBytes = lengthBytes + maxHeaderBytes + maxPieceBytes + checksumBytes;
const maxStuffedBytes = stuffedMaxLength(maxContentBytes);
const nothing = new Uint8Array(0);

/**
 * One frame: the header's length (16 bits), the header (a protobuf message), the payload that it announces, the
 * checksum of all these (32 bits), little-endian, stuffed so that no zero is in it; then a zero. A reader that has lost
 * its place finds the next frame after the next zero, and no content can look like a frame's border.
 *
 * @throws RangeError for a header over `maxHeaderBytes` or a payload over `maxPieceBytes`
 */
export function encodeFrame(header: Uint8Array, payload?: Uint8Array): Uint8Array {
  return Buffer.from(encodeSharedFrame(header, payload));
}

/**
 * The same in memory that the next frame will overwrite: for a writer that takes its copy at once.
 *
 * @throws RangeError
 */
export function encodeSharedFrame(header: Uint8Array, payload: Uint8Array = nothing): Uint8Array {
  if (header.length > maxHeaderBytes || payload.length > maxPieceBytes) {
    throw new RangeError(`a frame can't hold ${header.length} and ${payload.length} bytes`);
  }
  scratch.length.writeUInt16LE(header.length);
  const content = [scratch.length, header, payload];
  scratch.checksum.writeUInt32LE(checksum(content));
  const end = stuff([...content, scratch.checksum], scratch.stuffed);
  scratch.stuffed[end] = delimiter;
  return scratch.stuffed.subarray(0, end + 1);
}

/** Used again for each frame: fresh memory costs more than what is done in it, under emulation above all. */
const scratch = {
  length: Buffer.alloc(lengthBytes),
  checksum: Buffer.alloc(checksumBytes),
  stuffed: Buffer.alloc(maxStuffedBytes + 1),
};

export interface FrameDecoderOptions {
  /** Takes each whole frame, in order. The bytes are the receiver's own. */
  readonly onFrame: (header: Uint8Array, payload: Uint8Array) => void;
  /** Takes the reason why bytes between two delimiters were dropped. */
  readonly onCorrupt: (reason: 'too long' | 'bad stuffing' | 'bad checksum') => void;
}

/** Finds frames in a stream of bytes that may be cut, repeated or garbled. Holds at most one frame. */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  readonly #pending = new Uint8Array(maxStuffedBytes);
  #pendingBytes = 0;
  #overflowed = false;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(delimiter, at);
      if (end === -1) {
        this.#hold(chunk.subarray(at));
        return;
      }
      const piece = chunk.subarray(at, end);
      if (this.#pendingBytes > 0 || this.#overflowed) this.#endHeld(piece);
      else this.#decode(piece);
      at = end + 1;
    }
  }

  #hold(piece: Uint8Array): void {
    if (this.#overflowed) return;
    if (this.#pendingBytes + piece.length > maxStuffedBytes) {
      this.#overflowed = true;
      this.#options.onCorrupt('too long');
      return;
    }
    this.#pending.set(piece, this.#pendingBytes);
    this.#pendingBytes += piece.length;
  }

  #endHeld(piece: Uint8Array): void {
    this.#hold(piece);
    const stuffed = this.#pending.subarray(0, this.#pendingBytes);
    const overflowed = this.#overflowed;
    this.#pendingBytes = 0;
    this.#overflowed = false;
    if (!overflowed) this.#decode(stuffed);
  }

  #decode(stuffed: Uint8Array): void {
    // Two delimiters in a row are no frame: each side sends one of its own before its first.
    if (stuffed.length === 0) return;
    if (stuffed.length > maxStuffedBytes) {
      this.#options.onCorrupt('too long');
      return;
    }
    const content = unstuff(stuffed);
    if (content === undefined || content.length < lengthBytes + checksumBytes) {
      this.#options.onCorrupt('bad stuffing');
      return;
    }
    const trailerAt = content.length - checksumBytes;
    const view = new DataView(content.buffer, content.byteOffset);
    const headerEnd = lengthBytes + view.getUint16(0, true);
    const isWhole = checksum([content.subarray(0, trailerAt)]) === view.getUint32(trailerAt, true);
    if (!isWhole || headerEnd > trailerAt) {
      this.#options.onCorrupt('bad checksum');
      return;
    }
    const header = content.subarray(lengthBytes, headerEnd);
    this.#options.onFrame(header, content.subarray(headerEnd, trailerAt));
  }
}
