import { encodeFrame } from '../../services/channel/frame.js';
import { GuestFrame } from '../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Transport } from './transport.js';

/** Bytes that may wait for the host before the programs' output is left in their pipes. */
const congestionBytes = 256 * 1024;

export type GuestBody = NonNullable<GuestFrame['body']>;

/** Sends frames of one session, and knows when the host is slower than the programs. */
export class Sender {
  readonly #transport: Transport;
  #session = { generation: 0, session: 0n };
  #outstandingBytes = 0;
  #drainListeners: (() => void)[] = [];

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get session(): { generation: number; session: bigint } {
    return this.#session;
  }

  /** From here on frames belong to another session. A lone delimiter parts them from what may have been cut. */
  openSession(session: { generation: number; session: bigint }): void {
    this.#session = session;
    this.#transport.write(Uint8Array.of(0), () => undefined);
  }

  send(body: GuestBody): void {
    const frame = encodeFrame(GuestFrame.encode({ ...this.#session, body }).finish());
    this.#outstandingBytes += frame.length;
    this.#transport.write(frame, () => {
      this.#outstandingBytes -= frame.length;
      if (!this.isCongested) this.#notifyDrained();
    });
  }

  get isCongested(): boolean {
    return this.#outstandingBytes > congestionBytes;
  }

  /** Calls back once, when the host has caught up. */
  onDrained(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  #notifyDrained(): void {
    const listeners = this.#drainListeners;
    this.#drainListeners = [];
    for (const listener of listeners) listener();
  }
}
