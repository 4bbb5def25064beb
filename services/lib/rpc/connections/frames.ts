// Reads the heads of HTTP/2 frames out of a stream of bytes (RFC 9113, section 4.1).

/** Types of frames that matter here (section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  goaway: 7,
  continuation: 9,
} as const;

export const frameFlags = { endStream: 0x1, padded: 0x8 } as const;

/** Error codes (section 7). */
export const errorCodes = { none: 0, enhanceYourCalm: 11 } as const;

/** What a client sends before its first frame (section 3.4). */
export const http2Preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

const headBytes = 9;

/** What a frame says of itself. */
export interface FrameHead {
  /** Of its payload, in bytes. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  /** 0 for the connection. */
  readonly streamId: number;
}

/** Takes what is read. */
export interface FrameSink {
  head(frame: FrameHead): void;
  /** Takes the payload, in as many parts as it came. */
  payload(frame: FrameHead, bytes: Buffer): void;
}

/** Reads one direction of a connection. It keeps no payload. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #head = Buffer.alloc(headBytes);
  #seenOfHead = 0;
  #frame: FrameHead | undefined;
  #leftOfPayload = 0;
  #leftOfPreface: number;
  #hasBegun = false;

  constructor(sink: FrameSink, options: { hasPreface: boolean }) {
    this.#sink = sink;
    this.#leftOfPreface = options.hasPreface ? http2Preface.length : 0;
  }

  /** Whether any byte was read. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether a frame of somebody else may follow the bytes so far. */
  get isBetweenFrames(): boolean {
    return this.#seenOfHead === 0 && this.#leftOfPayload === 0;
  }

  read(bytes: Buffer): void {
    this.#hasBegun ||= bytes.length > 0;
    let at = Math.min(this.#leftOfPreface, bytes.length);
    this.#leftOfPreface -= at;
    while (at < bytes.length) {
      at += this.#frame === undefined ? this.#readHead(bytes, at) : this.#readPayload(bytes, at);
    }
  }

  #readHead(bytes: Buffer, start: number): number {
    const count = Math.min(headBytes - this.#seenOfHead, bytes.length - start);
    bytes.copy(this.#head, this.#seenOfHead, start, start + count);
    this.#seenOfHead += count;
    if (this.#seenOfHead < headBytes) return count;
    this.#seenOfHead = 0;
    const frame = parseHead(this.#head);
    this.#leftOfPayload = frame.length;
    if (frame.length > 0) this.#frame = frame;
    this.#sink.head(frame);
    return count;
  }

  #readPayload(bytes: Buffer, start: number): number {
    const count = Math.min(this.#leftOfPayload, bytes.length - start);
    const frame = this.#frame;
    this.#leftOfPayload -= count;
    if (this.#leftOfPayload === 0) this.#frame = undefined;
    if (frame !== undefined) this.#sink.payload(frame, bytes.subarray(start, start + count));
    return count;
  }
}

function parseHead(head: Buffer): FrameHead {
  return {
    length: head.readUIntBE(0, 3),
    type: head.readUInt8(3),
    flags: head.readUInt8(4),
    streamId: head.readUInt32BE(5) & 0x7fffffff,
  };
}

/** A SETTINGS frame that changes nothing. A server's first frame must be one of its kind (section 3.4). */
export function settingsFrame(): Buffer {
  const frame = Buffer.alloc(headBytes);
  frame.writeUInt8(frameTypes.settings, 3);
  return frame;
}

/** A GOAWAY frame. Its text is for people. */
export function goawayFrame(options: { lastStreamId: number; code: number; text: string }): Buffer {
  const text = Buffer.from(options.text);
  const frame = Buffer.alloc(headBytes + 8 + text.length);
  frame.writeUIntBE(8 + text.length, 0, 3);
  frame.writeUInt8(frameTypes.goaway, 3);
  frame.writeUInt32BE(options.lastStreamId, headBytes);
  frame.writeUInt32BE(options.code, headBytes + 4);
  text.copy(frame, headBytes + 8);
  return frame;
}
