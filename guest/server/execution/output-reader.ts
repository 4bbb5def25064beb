// Reads a pipe into one buffer that is used again for each chunk.

import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';

/** As much as one frame carries. */
const bufferBytes = 64 * 1024;

/** Memory for one reader at a time. It is used again and again: under emulation each fresh page costs a lot. */
export function allocateOutputBuffer(): Buffer {
  return Buffer.alloc(bufferBytes);
}

/** Takes a chunk and says whether it is done with it and wants the next; if not, `resume` says so later. */
export type TakeChunk = (chunk: Uint8Array) => boolean;

/**
 * Reads what a program prints into a pipe, always into the same memory. A stream of Node.js would make a new chunk of
 * memory for each read, which under emulation takes longer than to carry what is in it.
 */
export class OutputReader {
  readonly #socket: Socket;
  #take: TakeChunk = () => false;

  /**
   * @param descriptor of the pipe's reading end, non-blocking; the reader closes it
   * @param buffer from `allocateOutputBuffer`
   */
  constructor(descriptor: number, buffer: Buffer) {
    // The constructor knows `onread` since Node.js 12; its types don't.
    const options: SocketConstructorOpts & ConnectOpts = {
      fd: descriptor,
      readable: true,
      writable: false,
      onread: { buffer, callback: (length) => this.#take(buffer.subarray(0, length)) },
    };
    this.#socket = new Socket(options);
    // It would read at once, and nobody takes anything yet.
    this.#socket.pause();
    // Whatever is wrong with the pipe, it has ended.
    this.#socket.on('error', () => this.#socket.destroy());
  }

  /** Begins to read. Resolves at the end of the stream, or when the reader was closed. */
  read(take: TakeChunk): Promise<void> {
    this.#take = take;
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.resume();
    });
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}
