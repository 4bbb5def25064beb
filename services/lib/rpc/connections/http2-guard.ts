// Stands between a socket and the HTTP/2 session that serves it: counts frames, and ends connections that cost too much.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ConnectionMeter, type Violation } from './connection-meter.js';
import { FairReading } from './fair-reading.js';
import { errorCodes, FrameReader, frameTypes, goawayFrame, settingsFrame } from './frames.js';
import type { BudgetShare, MemoryBudget } from './memory-budget.js';
import { beginnings, endings } from './turns.js';

/** A client speaks first (RFC 9113, section 3.4), and within this time. */
const firstBytesTimeoutMs = 5000;

/** A session that is over: its last bytes may go out so long. Then its socket is closed, whatever its client does. */
const lingerMs = 1000;

/** What a connection has done too much of. */
export type Excess = Violation | 'bytes of unfinished requests';

/**
 * silent: the client has said nothing yet.
 * queued: its first bytes are no excess, and its session waits for a turn.
 * served: the session reads and writes.
 * dismissed: nothing more is read or written, and the guard waits for a turn to be destroyed.
 */
type GuardState = 'silent' | 'queued' | 'served' | 'dismissed';

export interface GuardOptions {
  /** What the unfinished requests of all connections take. */
  readonly unfinished: MemoryBudget;
  /** Has a session serve the guard. Never called for a flood that comes with the first bytes: a session costs memory and time. */
  readonly begin: (guard: Http2Guard) => void;
  readonly onExcess: (excess: Excess) => void;
}

/**
 * A connection as an HTTP/2 session sees it. The session may stop to read at any time, and for ever after an error. The
 * guard goes on, so that it notices the end of its socket and of its session. Sessions begin and end in turns, because a
 * thousand of them at once, or one with a thousand streams, would hold everybody up.
 */
export class Http2Guard extends Duplex {
  readonly #socket: Socket;
  readonly #meter: ConnectionMeter;
  readonly #share: BudgetShare;
  readonly #reading: FairReading;
  readonly #options: GuardOptions;
  readonly #received: FrameReader;
  readonly #sent: FrameReader;
  /** Why no more is read. */
  #excess: Excess | undefined;
  #state: GuardState = 'silent';
  readonly #firstBytesTimer: NodeJS.Timeout;
  #closing: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: GuardOptions) {
    super();
    this.#socket = socket;
    this.#options = options;
    this.#firstBytesTimer = setTimeout(() => this.destroy(), firstBytesTimeoutMs);
    this.#reading = new FairReading(socket, (bytes) => this.#onData(bytes));
    this.#meter = new ConnectionMeter(performance.now());
    this.#share = options.unfinished.open(() => this.#exceed('bytes of unfinished requests'));
    this.#received = new FrameReader(
      {
        head: (frame) => {
          this.#excess ??= this.#meter.received(frame, performance.now());
        },
        payload: (frame, bytes) => {
          if (frame.type === frameTypes.data) this.#meter.receivedData(frame, bytes);
        },
      },
      { hasPreface: true },
    );
    this.#sent = new FrameReader(
      {
        head: (frame) => {
          this.#meter.sent(frame);
        },
        payload: (frame, bytes) => {
          if (frame.type === frameTypes.goaway) this.#expectEnd(bytes);
        },
      },
      { hasPreface: false },
    );
    socket.on('end', () => this.#onEnd());
    socket.on('error', () => this.#destroyInTurn());
    socket.on('close', () => {
      clearTimeout(this.#closing);
      this.#destroyInTurn();
    });
  }

  /** Ends the session. Its client learns why. */
  dismiss(code: number, text: string): void {
    if (this.#isOver) return;
    this.#state = 'dismissed';
    const { lastStreamId } = this.#meter;
    if (!this.#sent.hasBegun) this.#socket.write(settingsFrame());
    // Only a whole frame may stand before it.
    if (this.#sent.isBetweenFrames) {
      this.#socket.write(goawayFrame({ lastStreamId, code, text }));
    }
    this.#share.close();
    this.#destroyInTurn();
  }

  override _read(): void {
    this.#reading.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#send(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => {
      this.#closeSoon();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#firstBytesTimer);
    this.#share.close();
    if (this.#state === 'dismissed') {
      this.#reading.resume();
      this.#socket.end();
      this.#closeSoon();
    } else {
      this.#socket.destroy();
    }
    done(error);
  }

  get #isOver(): boolean {
    return this.destroyed || this.#state === 'dismissed';
  }

  #destroyInTurn(): void {
    endings.take(() => this.destroy());
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.#state === 'dismissed') {
      done();
      return;
    }
    this.#sent.read(bytes);
    this.#share.set(this.#meter.heldBytes);
    this.#socket.write(bytes, done);
  }

  #onData(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#received.read(bytes);
    if (this.#excess !== undefined) {
      this.#exceed(this.#excess);
      return;
    }
    this.#share.set(this.#meter.heldBytes);
    if (this.#isOver) return;
    if (!this.push(bytes)) this.#reading.pause();
    if (this.#state === 'silent') this.#queue();
  }

  #queue(): void {
    this.#state = 'queued';
    clearTimeout(this.#firstBytesTimer);
    beginnings.take(() => {
      if (this.#isOver) return;
      this.#state = 'served';
      this.#options.begin(this);
    });
  }

  /** A client of HTTP/2 that has ended its side has gone. */
  #onEnd(): void {
    endings.take(() => {
      if (this.#isOver) return;
      this.push(null);
      this.#closeSoon();
    });
  }

  #exceed(excess: Excess): void {
    this.#options.onExcess(excess);
    this.dismiss(errorCodes.enhanceYourCalm, `too many ${excess}`);
  }

  /** An HTTP/2 session that reports an error neither reads nor ends by itself. */
  #expectEnd(goaway: Buffer): void {
    const hasCode = goaway.length >= 8;
    if (!hasCode || goaway.readUInt32BE(4) !== errorCodes.none) this.#closeSoon();
  }

  #closeSoon(): void {
    this.#closing ??= setTimeout(() => this.#socket.destroy(), lingerMs);
  }
}
