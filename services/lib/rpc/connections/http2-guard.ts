// Stands between a socket and the HTTP/2 session that serves it: counts frames, and ends connections that cost too much.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ConnectionMeter, type Violation } from './connection-meter.js';
import { FairReading } from './fair-reading.js';
import { errorCodes, FrameReader, frameTypes, goawayFrame } from './frames.js';
import type { BudgetShare, MemoryBudget } from './memory-budget.js';

/** A session that is over: its last bytes may go out so long. Then its socket is closed, whatever its client does. */
const lingerMs = 1000;

/** What a connection has done too much of. */
export type Excess = Violation | 'bytes of unfinished requests';

/**
 * A connection as an HTTP/2 session sees it. The session may stop to read at any time, and for ever after an error. The
 * guard goes on, so that it notices the end of its socket and of its session.
 */
export class Http2Guard extends Duplex {
  readonly #socket: Socket;
  readonly #meter: ConnectionMeter;
  readonly #share: BudgetShare;
  readonly #reading: FairReading;
  readonly #onExcess: (excess: Excess) => void;
  readonly #received: FrameReader;
  readonly #sent: FrameReader;
  /** Why no more is read. */
  #excess: Excess | undefined;
  #isDismissed = false;
  #closing: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    options: { unfinished: MemoryBudget; onExcess: (excess: Excess) => void },
  ) {
    super();
    this.#socket = socket;
    this.#onExcess = options.onExcess;
    this.#reading = new FairReading(socket);
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
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('end', () => this.#onEnd());
    socket.on('error', () => this.destroy());
    socket.on('close', () => {
      clearTimeout(this.#closing);
      this.destroy();
    });
  }

  /** Ends the session. Its client learns why. */
  dismiss(code: number, text: string): void {
    if (this.#isDismissed || this.destroyed) return;
    this.#isDismissed = true;
    const { lastStreamId } = this.#meter;
    // Only a whole frame may stand before it.
    if (this.#sent.isBetweenFrames) {
      this.#socket.write(goawayFrame({ lastStreamId, code, text }));
    }
    this.destroy();
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
    this.#share.close();
    if (this.#isDismissed) {
      this.#reading.resume();
      this.#socket.end();
      this.#closeSoon();
    } else {
      this.#socket.destroy();
    }
    done(error);
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.#sent.read(bytes);
    this.#share.set(this.#meter.heldBytes);
    this.#socket.write(bytes, done);
  }

  #onData(bytes: Buffer): void {
    if (this.destroyed) return;
    this.#received.read(bytes);
    if (this.#excess !== undefined) {
      this.#exceed(this.#excess);
      return;
    }
    this.#share.set(this.#meter.heldBytes);
    this.#reading.read(bytes);
    if (!this.destroyed && !this.push(bytes)) this.#reading.pause();
  }

  /** A client of HTTP/2 that has ended its side has gone. */
  #onEnd(): void {
    if (this.destroyed) return;
    this.push(null);
    this.#closeSoon();
  }

  #exceed(excess: Excess): void {
    this.#onExcess(excess);
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
