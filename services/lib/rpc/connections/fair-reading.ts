// Lets sockets take turns: what one of them has received does not hold up the others.

import type { Socket } from 'node:net';
import { readings } from './turns.js';

/** Who sends less needs no turn. Node.js reads 64 KiB at once, for which a session of HTTP/2 may take milliseconds. */
const freeBytes = 32 * 1024;

/** Reads a socket whose data flows. Whoever sends much waits for a turn, and is not read on before it. */
export class FairReading {
  readonly #socket: Socket;
  readonly #receive: (bytes: Buffer) => void;
  #bytesSinceTurn = 0;
  #isWaiting = false;
  #isWanted = true;

  /** @param receive gets all that the socket receives, in order and in pieces; called while the socket is open */
  constructor(socket: Socket, receive: (bytes: Buffer) => void) {
    this.#socket = socket;
    this.#receive = receive;
    socket.on('data', this.#onData);
  }

  resume(): void {
    this.#isWanted = true;
    if (!this.#isWaiting) this.#socket.resume();
  }

  pause(): void {
    this.#isWanted = false;
    this.#socket.pause();
  }

  /** Nothing is received any more. The socket is paused. */
  stop(): void {
    this.#socket.off('data', this.#onData);
    this.pause();
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#bytesSinceTurn += bytes.length;
    if (this.#bytesSinceTurn <= freeBytes) {
      this.#receive(bytes);
      return;
    }
    this.#isWaiting = true;
    this.#socket.pause();
    readings.take(() => {
      this.#isWaiting = false;
      this.#bytesSinceTurn = 0;
      if (this.#socket.destroyed) return;
      this.#receive(bytes);
      if (this.#isWanted) this.#socket.resume();
    });
  };
}
