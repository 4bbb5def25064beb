import { cobsDecode, cobsEncode, cobsMaxLength } from './cobs.js';
import { crc32c } from './crc32c.js';

/** Version of the protocol in `pbot/vm/guest/v1/channel.proto`. Raised when an old peer would misunderstand. */
export const protocolVersion = 1;

/** Largest message of one frame, in bytes. Bounds what a hostile peer can make the decoder hold. */
export const maxMessageBytes = 64 * 1024;

/** Largest piece of code, input or output in one frame, in bytes. */
export const maxPieceBytes = 32 * 1024;

/** Standard input that may be under way to one execution, or held for it, in bytes. */
export const inputWindowBytes = 64 * 1024;

const delimiter = 0;
const checksumBytes = 4;
const maxEncodedBytes = cobsMaxLength(maxMessageBytes + checksumBytes);

/**
 * One frame: COBS(message, CRC-32C little-endian), then a zero byte. A reader that has lost its place finds the next
 * frame behind the next zero, and no content can look like a frame's border.
 *
 * @throws RangeError for a message over `maxMessageBytes`
 */
export function encodeFrame(message: Uint8Array): Uint8Array {
  if (message.length > maxMessageBytes) {
    throw new RangeError(`a message of ${message.length} bytes does not fit into a frame`);
  }
  const sourceEnd = message.length + checksumBytes;
  const source = new Uint8Array(sourceEnd);
  source.set(message);
  const checksum = crc32c(message, 0, message.length);
  for (let i = 0; i < checksumBytes; i += 1) source[message.length + i] = checksum >>> (8 * i);
  const target = new Uint8Array(cobsMaxLength(sourceEnd) + 1);
  const end = cobsEncode({ source, sourceEnd, target, targetStart: 0 });
  target[end] = delimiter;
  return target.subarray(0, end + 1);
}

export interface FrameDecoderOptions {
  /** Takes each whole message, in order. The bytes are the receiver's own. */
  readonly onMessage: (message: Uint8Array) => void;
  /** Takes the reason why bytes between two delimiters were dropped. */
  readonly onCorrupt: (reason: 'too long' | 'bad stuffing' | 'bad checksum') => void;
}

/** Finds frames in a stream of bytes that may be cut, repeated or garbled. Holds at most one frame. */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  readonly #pending = new Uint8Array(maxEncodedBytes);
  #pendingBytes = 0;
  #overflowed = false;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const found = chunk.indexOf(delimiter, at);
      const end = found === -1 ? chunk.length : found;
      this.#append(chunk.subarray(at, end));
      if (found === -1) return;
      this.#endFrame();
      at = found + 1;
    }
  }

  #append(piece: Uint8Array): void {
    if (this.#overflowed) return;
    if (this.#pendingBytes + piece.length > maxEncodedBytes) {
      this.#overflowed = true;
      this.#options.onCorrupt('too long');
      return;
    }
    this.#pending.set(piece, this.#pendingBytes);
    this.#pendingBytes += piece.length;
  }

  #endFrame(): void {
    const length = this.#pendingBytes;
    const overflowed = this.#overflowed;
    this.#pendingBytes = 0;
    this.#overflowed = false;
    // Two delimiters in a row are no frame: each side sends one of its own before its first.
    if (overflowed || length === 0) return;
    const decoded = cobsDecode(this.#pending, length);
    if (decoded === undefined || decoded.length < checksumBytes) {
      this.#options.onCorrupt('bad stuffing');
      return;
    }
    const messageEnd = decoded.length - checksumBytes;
    if (crc32c(decoded, 0, messageEnd) !== readUint32LittleEndian(decoded, messageEnd)) {
      this.#options.onCorrupt('bad checksum');
      return;
    }
    this.#options.onMessage(decoded.subarray(0, messageEnd));
  }
}

function readUint32LittleEndian(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
