// Reads a pipe into one buffer that is used again for each chunk.

import { closeSync, readSync } from 'node:fs';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { hasCode } from '../system-error.js';

/** As much as one frame carries. */
const bufferBytes = 64 * 1024;

/** Memory for one reader at a time. It is used again and again: under emulation each fresh page costs a lot. */
export function allocateOutputBuffer(): Buffer {
  return Buffer.alloc(bufferBytes);
}

/** Takes a chunk and says whether it is done with it and wants the next; if not, `resume` says so later. */
export type TakeChunk = (chunk: Uint8Array) => boolean;

/**
 * - `closed`: the pipe is.
 * - `waiting`: nothing is read.
 * - `streaming`: a stream of Node.js reads what comes.
 * - `emptying`: nothing comes any more, and what is there is read without a stream. To make two streams and to end them takes an
 *   emulated processor 8 ms, which most programs don't.
 */
type ReaderState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'waiting' | 'emptying'; readonly descriptor: number }
  | { readonly kind: 'streaming'; readonly socket: Socket };

/**
 * Reads what a program prints into a pipe, always into the same memory. A stream of Node.js would make a new chunk of
 * memory for each read, which under emulation takes longer than to carry what is in it.
 */
export class OutputReader {
  readonly #buffer: Buffer;
  #state: ReaderState;
  #take: TakeChunk = () => false;
  #ended: () => void = () => undefined;

  /**
   * @param descriptor of the pipe's reading end, non-blocking; the reader closes it
   * @param buffer from `allocateOutputBuffer`
   */
  constructor(descriptor: number, buffer: Buffer) {
    this.#buffer = buffer;
    this.#state = { kind: 'waiting', descriptor };
  }

  /** Nothing is read before `stream` or `empty`. Resolves at the end of the pipe, or when the reader was closed. */
  read(take: TakeChunk): Promise<void> {
    this.#take = take;
    return new Promise((resolve) => {
      this.#ended = resolve;
      if (this.#state.kind === 'closed') resolve();
    });
  }

  /** Reads what comes, as soon as it comes. */
  stream(): void {
    if (this.#state.kind !== 'waiting') return;
    this.#streamFrom(this.#state.descriptor);
  }

  /** Call it when no process is left that prints: what is in the pipe is read now, as far as it is taken. */
  empty(): void {
    if (this.#state.kind !== 'waiting') return;
    this.#state = { kind: 'emptying', descriptor: this.#state.descriptor };
    this.#readOn();
  }

  resume(): void {
    if (this.#state.kind === 'streaming') this.#state.socket.resume();
    else if (this.#state.kind === 'emptying') this.#readOn();
  }

  close(): void {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind === 'streaming') state.socket.destroy();
    else if (state.kind !== 'closed') closeSync(state.descriptor);
    this.#ended();
  }

  #streamFrom(descriptor: number): void {
    // The constructor knows `onread` since Node.js 12; its types don't.
    const options: SocketConstructorOpts & ConnectOpts = {
      fd: descriptor,
      readable: true,
      writable: false,
      onread: {
        buffer: this.#buffer,
        callback: (length) => this.#take(this.#buffer.subarray(0, length)),
      },
    };
    const socket = new Socket(options);
    // Whatever is wrong with the pipe, it has ended.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.close());
    this.#state = { kind: 'streaming', socket };
    socket.resume();
  }

  #readOn(): void {
    while (this.#state.kind === 'emptying') {
      const { descriptor } = this.#state;
      const length = readAtOnce(descriptor, this.#buffer);
      if (length === undefined) this.#streamFrom(descriptor);
      else if (length === 0) this.close();
      else if (!this.#take(this.#buffer.subarray(0, length))) return;
    }
  }
}

/** @returns 0 at the end; nothing where the pipe is empty and something still has its other end */
function readAtOnce(descriptor: number, buffer: Buffer): number | undefined {
  try {
    return readSync(descriptor, buffer);
  } catch (error) {
    if (hasCode(error, 'EAGAIN')) return undefined;
    throw error;
  }
}
