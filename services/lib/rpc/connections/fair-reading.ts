// Lets sockets take turns: none of them is read for long while others wait.

import type { Socket } from 'node:net';
import { readingTurns } from './turns.js';

/** Node.js would take 2 MiB of one socket before it looks at the next: with many such sockets nobody else has a turn. */
const maxBytesInTurn = 128 * 1024;

/** Pauses and resumes a socket whose data flows. */
export class FairReading {
  readonly #socket: Socket;
  #bytesInTurn = 0;
  #isWaiting = false;
  #isWanted = true;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Has the socket wait for its next turn when it has had enough of this one. Called for all that was read. */
  read(bytes: Uint8Array): void {
    this.#bytesInTurn += bytes.length;
    if (this.#bytesInTurn <= maxBytesInTurn || this.#isWaiting) return;
    this.#isWaiting = true;
    this.#socket.pause();
    readingTurns.take(() => {
      this.#isWaiting = false;
      this.#bytesInTurn = 0;
      if (this.#isWanted) this.#socket.resume();
    });
  }

  resume(): void {
    this.#isWanted = true;
    if (!this.#isWaiting) this.#socket.resume();
  }

  pause(): void {
    this.#isWanted = false;
    this.#socket.pause();
  }
}
