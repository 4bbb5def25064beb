// Sends the frames of one session, and knows when the channel is congested.

import { GuestFrame } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { encodeFrame, encodeSharedFrame } from '../../protocol/frame.js';
import type { Transport } from './transport.js';

/** Bytes that may wait for the host before the programs' output is left in their pipes. */
const congestionBytes = 512 * 1024;

export type GuestBody = NonNullable<GuestFrame['body']>;

export interface SessionIdentity {
  readonly generation: number;
  readonly session: number;
}

/** Sends the frames of one session; when another has begun, what is left of this one is dropped. */
export class Sender {
  readonly #transport: Transport;
  readonly #identity: SessionIdentity;
  #isOver = false;
  #outstandingBytes = 0;
  readonly #drainListeners: (() => void)[] = [];
  /** Frames that wait for the next one. */
  readonly #waiting: Uint8Array[] = [];

  constructor(transport: Transport, identity: SessionIdentity) {
    this.#transport = transport;
    this.#identity = identity;
    // Parts the frames of this session from what may have been cut.
    transport.write(Uint8Array.of(0), () => undefined);
  }

  get identity(): SessionIdentity {
    return this.#identity;
  }

  /** The session is over. */
  close(): void {
    this.#isOver = true;
  }

  send(body: GuestBody): void {
    this.sendPayload(this.encodeHeader(body));
  }

  /** The frame goes out with the next one, or at `sendWaiting`: each write takes an emulated processor 2 ms. */
  sendWithNext(body: GuestBody): void {
    this.#waiting.push(encodeFrame(this.encodeHeader(body)));
  }

  sendWaiting(): void {
    for (const frame of this.#waiting.splice(0)) this.#write(frame);
  }

  /** A header for `sendPayload`: whoever sends many like frames encodes it once. */
  encodeHeader(body: GuestBody): Uint8Array {
    return GuestFrame.encode({ ...this.#identity, body }).finish();
  }

  sendPayload(header: Uint8Array, payload?: Uint8Array): void {
    this.sendWaiting();
    this.#write(encodeSharedFrame(header, payload));
  }

  #write(frame: Uint8Array): void {
    if (this.#isOver) return;
    const { length } = frame;
    this.#outstandingBytes += length;
    this.#transport.write(frame, () => {
      this.#outstandingBytes -= length;
      this.#notifyDrained();
    });
  }

  /** Resolves when the host's side has taken what was sent so far. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.#transport.write(new Uint8Array(0), resolve));
  }

  get isCongested(): boolean {
    return !this.#isOver && this.#outstandingBytes > congestionBytes;
  }

  /** Calls back once, when the host has caught up. */
  onDrained(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  /** In the order in which they came: an execution that floods the channel comes after those that waited meanwhile. */
  #notifyDrained(): void {
    while (!this.isCongested) {
      const listener = this.#drainListeners.shift();
      if (listener === undefined) return;
      listener();
    }
  }
}
