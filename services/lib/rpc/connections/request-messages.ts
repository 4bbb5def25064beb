// Follows the messages of one gRPC request: how many bytes of them wait in memory, and that none is compressed.

import { type FrameHead, frameFlags } from './frames.js';

/** A flag and a length come before each message (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const prefixBytes = 5;

/** No protobuf message, and nothing that gzip or zlib makes, begins with this byte. */
const unreadable = 0x07;

/**
 * Counts the newest message of a request until somebody has use for it: a request of one message waits for its end, and
 * one of many is read as soon as it is answered.
 */
export class RequestMessages {
  #heldBytes = 0;
  #seenOfPrefix = 0;
  #leftOfMessage = 0;
  /** Until its first byte has come. */
  #isFlagged = false;
  #isAnswered = false;
  /** Within the frame that is under way. */
  #offset = 0;
  #paddingBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes the payload of a data frame, or a part of it. Makes messages unreadable whose flag is not 0: grpc-js takes
   * any flag, and would unpack a few KiB to gigabytes. So it fails to unpack or to read them, and ends their calls.
   */
  take(frame: FrameHead, payload: Buffer): void {
    let start = 0;
    if (this.#offset === 0) {
      const isPadded = (frame.flags & frameFlags.padded) !== 0;
      this.#paddingBytes = isPadded ? payload.readUInt8(0) : 0;
      start = isPadded ? 1 : 0;
    }
    const end = Math.max(start, frame.length - this.#paddingBytes - this.#offset);
    this.#offset += payload.length;
    if (this.#offset >= frame.length) this.#offset = 0;
    this.#takeContent(payload.subarray(start, end));
  }

  /** The server has begun to answer: messages that are whole have been read. */
  answer(): void {
    this.#isAnswered = true;
    if (this.#seenOfPrefix === 0) this.#heldBytes = 0;
  }

  /** The server has ended its answer. It drops what else comes. */
  end(): void {
    this.#heldBytes = 0;
  }

  #takeContent(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#seenOfPrefix < prefixBytes) {
        this.#takePrefixByte(bytes.readUInt8(at));
        at += 1;
      } else {
        const count = Math.min(this.#leftOfMessage, bytes.length - at);
        if (this.#isFlagged) bytes.writeUInt8(unreadable, at);
        this.#isFlagged = false;
        this.#leftOfMessage -= count;
        this.#heldBytes += count;
        at += count;
      }
      if (this.#seenOfPrefix === prefixBytes && this.#leftOfMessage === 0) this.#endMessage();
    }
  }

  #takePrefixByte(byte: number): void {
    if (this.#seenOfPrefix === 0) {
      this.#heldBytes = 0;
      this.#leftOfMessage = 0;
      this.#isFlagged = byte !== 0;
    } else this.#leftOfMessage = this.#leftOfMessage * 256 + byte;
    this.#seenOfPrefix += 1;
  }

  #endMessage(): void {
    this.#seenOfPrefix = 0;
    if (this.#isAnswered) this.#heldBytes = 0;
  }
}
