// The server's end of a program's standard input.

import { closeSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * Writes to a pipe. The stream for that is made at the first write: most programs are given nothing, and to make one takes 3 ms of an
 * emulated processor.
 */
export class ProgramInput {
  #descriptor: number | undefined;
  #stream: Socket | undefined;

  /** @param descriptor of the pipe's writing end, non-blocking; it is closed here */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** `onTaken` is called when the data has left, or when nobody will read it. */
  write(data: Uint8Array, onTaken: () => void = () => undefined): void {
    const stream = this.#stream ?? this.#open();
    if (stream === undefined || stream.destroyed) onTaken();
    else stream.write(data, () => onTaken());
  }

  /** After what was written the program finds the end of its input. */
  end(): void {
    this.#stream?.end();
    this.#closeUnused();
  }

  /** At once: what was written and has not left is lost. */
  close(): void {
    this.#stream?.destroy();
    this.#closeUnused();
  }

  #open(): Socket | undefined {
    if (this.#descriptor === undefined) return undefined;
    const stream = new Socket({ fd: this.#descriptor, readable: false, writable: true });
    // A program may close its input, or end, while the server writes: that is no error.
    stream.on('error', () => stream.destroy());
    this.#descriptor = undefined;
    this.#stream = stream;
    return stream;
  }

  #closeUnused(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
