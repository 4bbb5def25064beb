// Lets sockets take turns: what one of them has received does not hold up the others.

import type { Socket } from 'node:net';
import { Allowance } from './allowance.js';
import { readings } from './turns.js';

/** Who sends no more needs no turn. Node.js reads 64 KiB at once, for which a session of HTTP/2 may take milliseconds. */
const freeBytes = { burst: 32 * 1024, perSecond: 16 * 1024 };

/** Reads a socket whose data flows. Whoever sends much waits for a turn, and is not read on before it. */
export class FairReading {
  readonly #socket: Socket;
  readonly #receive: (bytes: Buffer) => void;
  readonly #now: () => number;
  readonly #free: Allowance;
  #isWaiting = false;
  #isWanted = true;

  /**
   * @param receive gets all that the socket receives, in order and in pieces; called while the socket is open
   * @param now a steady clock, in milliseconds
   */
  constructor(socket: Socket, receive: (bytes: Buffer) => void, now = () => performance.now()) {
    this.#socket = socket;
    this.#receive = receive;
    this.#now = now;
    this.#free = new Allowance(freeBytes, now());
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
    if (this.#free.take(bytes.length, this.#now())) {
      this.#receive(bytes);
      return;
    }
    this.#isWaiting = true;
    this.#socket.pause();
    readings.take(() => {
      this.#isWaiting = false;
      if (this.#socket.destroyed) return;
      this.#receive(bytes);
      if (this.#isWanted) this.#socket.resume();
    });
  };
}
