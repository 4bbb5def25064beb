import type { GuestBody, Sender } from '../../../guest/server/transport/sender.js';

/** What a pump sees of a sender; the host is slow while `isCongested` is set. */
export class FakeSender {
  readonly sent: { readonly body: GuestBody; readonly payload: Uint8Array }[] = [];
  isCongested = false;
  #drainListeners: (() => void)[] = [];

  readonly #bodies = new Map<Uint8Array, GuestBody>();

  encodeHeader(body: GuestBody): Uint8Array {
    const header = new Uint8Array(1);
    this.#bodies.set(header, body);
    return header;
  }

  sendPayload(header: Uint8Array, payload: Uint8Array): void {
    const body = this.#bodies.get(header);
    if (body === undefined) throw new Error('a header that this sender has not made');
    // A sender copies the payload: its memory is used again.
    this.sent.push({ body, payload: Uint8Array.from(payload) });
  }

  sendWaiting(): void {}

  onDrained(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  catchUp(): void {
    this.isCongested = false;
    for (const listener of this.#drainListeners.splice(0)) listener();
  }

  asSender(): Sender {
    return this as unknown as Sender;
  }
}
