import type { OutputSource } from '../../../guest/server/execution/output-pump.js';
import type { TakeChunk } from '../../../guest/server/execution/output-reader.js';

/**
 * A program's output that comes when the test prints it, in memory that is used again as a reader does. It comes at once, unless it
 * `waits` until it is to be streamed or emptied.
 */
export class FakeOutput implements OutputSource {
  #pipe = Buffer.alloc(0);
  readonly #memory = Buffer.alloc(64 * 1024);
  #take: TakeChunk | undefined;
  #isWaiting: boolean;
  #isReading = false;
  #hasEnded = false;
  #end: () => void = () => undefined;

  constructor({ waits = false } = {}) {
    this.#isWaiting = waits;
  }

  /** Bytes that nobody has read. */
  get pipeBytes(): number {
    return this.#pipe.length;
  }

  print(data: string | Uint8Array): void {
    this.#pipe = Buffer.concat([this.#pipe, Buffer.from(data as Uint8Array)]);
    this.#flow();
  }

  end(): void {
    this.#hasEnded = true;
    this.#flow();
  }

  read(take: TakeChunk): Promise<void> {
    this.#take = take;
    return new Promise((resolve) => {
      this.#end = resolve;
      this.resume();
    });
  }

  stream(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.resume();
  }

  empty(): void {
    this.stream();
  }

  resume(): void {
    if (this.#isWaiting) return;
    this.#isReading = true;
    this.#flow();
  }

  #flow(): void {
    while (this.#isReading && this.#take !== undefined && this.#pipe.length > 0) {
      const length = this.#pipe.copy(this.#memory);
      this.#pipe = this.#pipe.subarray(length);
      this.#isReading = false;
      if (this.#take(this.#memory.subarray(0, length))) this.#isReading = true;
    }
    if (this.#isReading && this.#hasEnded && this.#pipe.length === 0) this.#end();
  }
}
