import type { Socket } from 'node:net';
import { maxPieceBytes } from '../../services/channel/frame.js';
import { Stream } from '../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Sender } from './sender.js';

/** A chunk below this is one of many small ones, or the only one. */
const smallChunkBytes = 32 * 1024;

/**
 * Behind a small chunk the next is awaited this long, so that the program can fill its pipe. To wake for every few
 * kilobytes takes the processor from the program that makes them.
 */
const gatherMs = 4;

type OutputStream = Stream.STDOUT | Stream.STDERR;

interface Chunk {
  readonly stream: OutputStream;
  readonly data: Uint8Array;
}

/**
 * Carries what the programs of one execution print, as far as the host has given credit. What has no credit stays in
 * the programs' pipes, so that a flood stops the program and fills nobody's memory.
 */
export class OutputPump {
  readonly #sender: Sender;
  readonly #headers: Readonly<Record<OutputStream, Uint8Array>>;
  #creditBytes: number;
  #held: Chunk[] = [];
  #sources = new Set<Socket>();
  #discarding = false;
  #emptied: (() => void)[] = [];
  #isHurrying = false;
  readonly #gathering = new Map<Socket, NodeJS.Timeout>();

  constructor(options: { execution: number; sender: Sender; creditBytes: number }) {
    const { execution, sender } = options;
    this.#sender = sender;
    const header = (stream: OutputStream) =>
      sender.encodeHeader({ $case: 'output', value: { execution, stream } });
    this.#headers = {
      [Stream.STDOUT]: header(Stream.STDOUT),
      [Stream.STDERR]: header(Stream.STDERR),
    };
    this.#creditBytes = options.creditBytes;
  }

  /** Resolves when both streams have ended and all of them was sent or dropped. */
  async pump(sockets: { stdout: Socket; stderr: Socket }): Promise<void> {
    this.#isHurrying = false;
    await Promise.all([
      this.#read(sockets.stdout, Stream.STDOUT),
      this.#read(sockets.stderr, Stream.STDERR),
    ]);
    if (this.#held.length > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  /** The program has ended: what is in the pipes is all there will be. */
  hurry(): void {
    this.#isHurrying = true;
    for (const timer of this.#gathering.values()) clearTimeout(timer);
    this.#gathering.clear();
    this.#flush();
  }

  addCredit(bytes: number): void {
    this.#creditBytes += bytes;
    this.#flush();
  }

  /** Nobody waits for the output any more: what has no credit is dropped. */
  discard(): void {
    this.#discarding = true;
    this.#flush();
  }

  #read(socket: Socket, stream: OutputStream): Promise<void> {
    this.#sources.add(socket);
    return new Promise((resolve) => {
      socket.on('data', (data: Uint8Array) => {
        this.#held.push({ stream, data });
        if (data.length < smallChunkBytes && !this.#isHurrying) this.#gather(socket);
        this.#flush();
      });
      socket.once('close', () => {
        this.#sources.delete(socket);
        resolve();
      });
      socket.on('error', () => socket.destroy());
      socket.resume();
    });
  }

  #gather(socket: Socket): void {
    socket.pause();
    const timer = setTimeout(() => {
      this.#gathering.delete(socket);
      this.#flush();
    }, gatherMs);
    this.#gathering.set(socket, timer);
  }

  #flush(): void {
    while (this.#held.length > 0 && this.#creditBytes > 0 && !this.#sender.isCongested) {
      this.#sendPiece(this.#held[0] as Chunk);
    }
    if (this.#discarding) this.#held = [];
    if (this.#held.length > 0) {
      for (const socket of this.#sources) socket.pause();
      if (this.#sender.isCongested) this.#sender.onDrained(() => this.#flush());
      return;
    }
    for (const socket of this.#sources) if (!this.#gathering.has(socket)) socket.resume();
    for (const settle of this.#emptied.splice(0)) settle();
  }

  #sendPiece({ stream, data }: Chunk): void {
    const length = Math.min(data.length, this.#creditBytes, maxPieceBytes);
    this.#sender.sendPayload(this.#headers[stream], data.subarray(0, length));
    this.#creditBytes -= length;
    if (length === data.length) this.#held.shift();
    else this.#held[0] = { stream, data: data.subarray(length) };
  }
}
