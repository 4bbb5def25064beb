import type { GuestBody, Sender } from '../../../guest/server/sender.js';

const nothing = new Uint8Array(0);

/** What a pump sees of a sender: a host that is slow when the test says so. */
export class FakeSender {
  readonly sent: { readonly body: GuestBody; readonly payload: Uint8Array }[] = [];
  isCongested = false;
  #drainListeners: (() => void)[] = [];

  send(body: GuestBody, payload: Uint8Array = nothing): void {
    this.sent.push({ body, payload });
  }

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
