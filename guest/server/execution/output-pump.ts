// Carries what a program prints from its pipes to the host, as far as there is credit.

import { Stream } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Sender } from '../transport/sender.js';
import { OutputCredit } from './output-credit.js';
import type { OutputReader } from './output-reader.js';

/** A chunk below this leaves most of the pipe empty. */
const smallChunkBytes = 32 * 1024;

/**
 * After two small chunks in a row the next is awaited this long, so that the program can fill its pipe. To wake for
 * every few kilobytes takes the processor from the program that makes them. A single one is all there is, or the rest of
 * a large one.
 */
const gatherMs = 4;

/**
 * Most programs have ended by then: what they have printed is read at once, without a stream for each of their pipes, and goes out in one
 * write with all that is said of them. Nobody sees that the first output of the others comes so much later.
 */
const patienceMs = 30;

const nothing = new Uint8Array(0);

type OutputStream = Stream.STDOUT | Stream.STDERR;

/** What a pump needs of an `OutputReader`. */
export type OutputSource = Pick<OutputReader, 'read' | 'stream' | 'empty' | 'resume'>;

interface OpenStream {
  readonly stream: OutputStream;
  readonly source: OutputSource;
  /** What was read and may not be sent yet, in the source's memory. */
  held: Uint8Array;
  wasSmall: boolean;
  gathering: NodeJS.Timeout | undefined;
}

/**
 * Carries what the programs of one execution print, as far as the host has given credit. What has no credit stays in
 * the programs' pipes, so that a flood stops the program and fills nobody's memory.
 */
export class OutputPump {
  /** What is left of it, others may spend when the programs have ended. */
  readonly credit: OutputCredit;
  /** Of all programs so far. */
  carriedBytes = 0;
  readonly #sender: Sender;
  readonly #headers: Readonly<Record<OutputStream, Uint8Array>>;
  readonly #open = new Set<OpenStream>();
  #isHurrying = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(options: { execution: number; sender: Sender; creditBytes: number }) {
    const { execution, sender } = options;
    this.#sender = sender;
    const header = (stream: OutputStream) =>
      sender.encodeHeader({ $case: 'output', value: { execution, stream } });
    this.#headers = {
      [Stream.STDOUT]: header(Stream.STDOUT),
      [Stream.STDERR]: header(Stream.STDERR),
    };
    this.credit = new OutputCredit({ sender, bytes: options.creditBytes });
    this.credit.onChange(() => this.#goOn());
  }

  /** Resolves when both streams have ended and all of them was sent or dropped. */
  async pump(sources: { stdout: OutputSource; stderr: OutputSource }): Promise<void> {
    this.#isHurrying = false;
    this.#patience = setTimeout(() => {
      this.#sender.sendWaiting();
      for (const { source } of this.#open) source.stream();
    }, patienceMs);
    await Promise.all([
      this.#carry(sources.stdout, Stream.STDOUT),
      this.#carry(sources.stderr, Stream.STDERR),
    ]);
    clearTimeout(this.#patience);
  }

  /** The program has ended: what is in the pipes is all there will be. */
  hurry(): void {
    this.#isHurrying = true;
    clearTimeout(this.#patience);
    for (const open of this.#open) {
      clearTimeout(open.gathering);
      open.gathering = undefined;
      open.source.empty();
    }
    this.#goOn();
  }

  addCredit(bytes: number): void {
    this.credit.add(bytes);
  }

  /** Nobody waits for the output any more: what has no credit is dropped. */
  discard(): void {
    this.credit.discard();
  }

  async #carry(source: OutputSource, stream: OutputStream): Promise<void> {
    const open: OpenStream = {
      stream,
      source,
      held: nothing,
      wasSmall: false,
      gathering: undefined,
    };
    this.#open.add(open);
    await source.read((chunk) => {
      open.held = chunk;
      this.carriedBytes += chunk.length;
      if (!this.#send(open)) return false;
      const { wasSmall } = open;
      open.wasSmall = chunk.length < smallChunkBytes;
      if (!wasSmall || !open.wasSmall || this.#isHurrying) return true;
      open.gathering = setTimeout(() => {
        open.gathering = undefined;
        source.resume();
      }, gatherMs);
      return false;
    });
    this.#open.delete(open);
  }

  #goOn(): void {
    for (const open of this.#open) {
      if (open.gathering === undefined && this.#send(open)) open.source.resume();
    }
  }

  /** @returns whether nothing is held any more */
  #send(open: OpenStream): boolean {
    while (open.held.length > 0) {
      const length = Math.min(open.held.length, this.credit.available);
      if (length === 0) {
        if (!this.credit.isDiscarding) return false;
        open.held = nothing;
        break;
      }
      this.#sender.sendPayload(this.#headers[open.stream], open.held.subarray(0, length));
      this.credit.spend(length);
      open.held = open.held.subarray(length);
    }
    return true;
  }
}
