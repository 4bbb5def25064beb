// What a client costs on one HTTP/2 connection, and whether that is too much. Pure: it sees frames and the time.

import { Allowance, type Rate } from './allowance.js';
import { type FrameHead, frameFlags, frameTypes } from './frames.js';
import { RequestMessages } from './request-messages.js';

/** Streams that a client may have open at the same time. The settings of the connection say so. */
export const maxConcurrentStreams = 100;

/** A client may open more until it knows the settings. gRPC itself rejects those. */
const maxOpenStreams = 1.5 * maxConcurrentStreams;

/** The session takes no longer frame, and ends when it sees one (RFC 9113, section 4.2). */
const maxFrameBytes = 16 * 1024;

/** Of one request, compressed. */
const maxHeaderBlockBytes = 16 * 1024;

/**
 * What a client may do at once, and each second. A flood is recognized in what is read of it at once, before it costs
 * more than reading. nghttp2, for its part, ends a session without a word to Node.js after 1000 resets and 33 a second, and
 * with an internal error when 1000 answers to PING and SETTINGS wait to be sent.
 */
const rates = {
  openings: { burst: 2 * maxConcurrentStreams, perSecond: 500 },
  headerBytes: { burst: 128 * 1024, perSecond: 128 * 1024 },
  resets: { burst: maxConcurrentStreams, perSecond: 30 },
  controlFrames: { burst: 500, perSecond: 500 },
} as const satisfies Record<string, Rate>;

/**
 * A call that was answered gives back what its request took of the openings, and of the bytes of headers up to this. So a
 * client may make any number of calls, one after the other.
 */
const maxHeaderBytesGivenBack = 2 * 1024;

/** A client may adjust its windows for what it reads, and answer for what it begins. */
const controlFramesEarned = 3;

/** What a client has done too much of. The word is for the log and the client. */
export type Violation =
  | 'streams opened'
  | 'streams open'
  | 'bytes of headers'
  | 'streams reset'
  | 'control frames';

interface Stream {
  headerBytes: number;
  readonly messages: RequestMessages;
  readonly ended: { byClient: boolean; byServer: boolean };
}

/** Follows the streams of one connection. */
export class ConnectionMeter {
  readonly #streams = new Map<number, Stream>();
  readonly #openings: Allowance;
  readonly #headerBytes: Allowance;
  readonly #resets: Allowance;
  readonly #controlFrames: Allowance;
  #lastStreamId = 0;
  #heldBytes = 0;

  constructor(nowMs: number) {
    this.#openings = new Allowance(rates.openings, nowMs);
    this.#headerBytes = new Allowance(rates.headerBytes, nowMs);
    this.#resets = new Allowance(rates.resets, nowMs);
    this.#controlFrames = new Allowance(rates.controlFrames, nowMs);
  }

  /** The newest stream of the client. */
  get lastStreamId(): number {
    return this.#lastStreamId;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** What the client has sent of requests that are not answered yet: headers and messages. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes the head of a frame of the client. */
  received(frame: FrameHead, nowMs: number): Violation | undefined {
    if (frame.length > maxFrameBytes) return this.#receivedControl(nowMs);
    switch (frame.type) {
      case frameTypes.headers:
        return this.#receivedHeaders(frame, nowMs);
      case frameTypes.continuation:
        return this.#receivedHeaderBytes(frame, nowMs);
      case frameTypes.data:
        return this.#receivedData(frame, nowMs);
      case frameTypes.rstStream:
        this.#close(frame.streamId);
        return this.#resets.take(1, nowMs) ? undefined : 'streams reset';
      default:
        return this.#receivedControl(nowMs);
    }
  }

  /** Takes the payload of a data frame of the client, or a part of it. Makes messages in it unreadable that are compressed. */
  receivedData(frame: FrameHead, bytes: Buffer): void {
    const stream = this.#streams.get(frame.streamId);
    if (stream === undefined || stream.ended.byServer) return;
    this.#changeMessages(stream, () => stream.messages.take(frame, bytes));
  }

  /** Takes the head of a frame of the server. */
  sent({ type, flags, streamId }: FrameHead): void {
    if (type === frameTypes.data) this.#controlFrames.grant(controlFramesEarned);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (type === frameTypes.rstStream) this.#close(streamId);
    if (type !== frameTypes.data && type !== frameTypes.headers) return;
    if ((flags & frameFlags.endStream) === 0) {
      this.#changeMessages(stream, () => stream.messages.answer());
      return;
    }
    stream.ended.byServer = true;
    this.#changeMessages(stream, () => stream.messages.end());
    if (stream.ended.byClient) this.#complete(streamId, stream);
  }

  #receivedHeaders(frame: FrameHead, nowMs: number): Violation | undefined {
    const { streamId } = frame;
    if (streamId > this.#lastStreamId) {
      this.#lastStreamId = streamId;
      if (!this.#openings.take(1, nowMs)) return 'streams opened';
      if (this.#streams.size >= maxOpenStreams) return 'streams open';
      this.#controlFrames.grant(controlFramesEarned);
      const ended = { byClient: false, byServer: false };
      this.#streams.set(streamId, { headerBytes: 0, messages: new RequestMessages(), ended });
    } else if (!this.#streams.has(streamId) && !this.#controlFrames.take(1, nowMs)) {
      return 'control frames';
    }
    const violation = this.#receivedHeaderBytes(frame, nowMs);
    this.#endByClient(frame);
    return violation;
  }

  #receivedHeaderBytes({ length, streamId }: FrameHead, nowMs: number): Violation | undefined {
    if (!this.#headerBytes.take(length, nowMs)) return 'bytes of headers';
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return undefined;
    stream.headerBytes += length;
    this.#heldBytes += length;
    return stream.headerBytes > maxHeaderBlockBytes ? 'bytes of headers' : undefined;
  }

  #receivedData(frame: FrameHead, nowMs: number): Violation | undefined {
    const isKnown = this.#streams.has(frame.streamId);
    this.#endByClient(frame);
    return isKnown && frame.length > 0 ? undefined : this.#receivedControl(nowMs);
  }

  #receivedControl(nowMs: number): Violation | undefined {
    return this.#controlFrames.take(1, nowMs) ? undefined : 'control frames';
  }

  #endByClient({ flags, streamId }: FrameHead): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || (flags & frameFlags.endStream) === 0) return;
    stream.ended.byClient = true;
    if (stream.ended.byServer) this.#complete(streamId, stream);
  }

  /** Both sides have ended it. */
  #complete(streamId: number, { headerBytes }: Stream): void {
    this.#openings.grant(1);
    this.#headerBytes.grant(Math.min(headerBytes, maxHeaderBytesGivenBack));
    this.#close(streamId);
  }

  #changeMessages(stream: Stream, change: () => void): void {
    this.#heldBytes -= stream.messages.heldBytes;
    change();
    this.#heldBytes += stream.messages.heldBytes;
  }

  #close(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    this.#streams.delete(streamId);
    this.#heldBytes -= stream.headerBytes + stream.messages.heldBytes;
  }
}
