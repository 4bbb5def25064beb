// What goes to the program: its sources and its standard input, in pieces, as far as the guest has given credit.

import { CreditWindow } from '../../../guest/protocol/credit.js';
import { piecesOf } from '../../../guest/protocol/pieces.js';

/** Sends one stream after the other, in the order of the calls. */
export class InputStream {
  #window: CreditWindow;
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;
  #creditArrived: () => void = () => undefined;

  constructor(windowBytes: number) {
    this.#window = CreditWindow.of(windowBytes);
  }

  /** Sends what comes first, as much of it as there is credit for at once. */
  begin(data: Uint8Array, send: (piece: Uint8Array) => void): void {
    this.#queue = this.#sendPieces(data, send);
  }

  /** Resolves when all pieces were sent, or the stream was closed. */
  write(data: Uint8Array, send: (piece: Uint8Array) => void): Promise<void> {
    this.#queue = this.#queue.then(() => this.#sendPieces(data, send));
    return this.#queue;
  }

  /** Calls the function after everything before it was sent. */
  after(send: () => void): void {
    this.#queue = this.#queue.then(() => {
      if (!this.#isClosed) send();
    });
  }

  /** The guest can take more. Whatever it says: what it has not read is kept here meanwhile. */
  addCredit(bytes: number): void {
    this.#window = this.#window.receive(bytes);
    this.#creditArrived();
  }

  /** Nothing is sent from now on, and nobody waits. */
  close(): void {
    this.#isClosed = true;
    this.#creditArrived();
  }

  async #sendPieces(data: Uint8Array, send: (piece: Uint8Array) => void): Promise<void> {
    for (const piece of piecesOf(data)) {
      while (this.#window.availableBytes < piece.length && !this.#isClosed) {
        await new Promise<void>((resolve) => {
          this.#creditArrived = resolve;
        });
      }
      if (this.#isClosed) return;
      this.#window = this.#window.spend(piece.length);
      send(piece);
    }
  }
}
