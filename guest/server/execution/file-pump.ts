// Carries files that a program has left from a worker to the host.

import type { Sender } from '../transport/sender.js';
import type { OutputCredit } from './output-credit.js';
import type { OutputReader } from './output-reader.js';

const headBytes = 6;
const nothing = new Uint8Array(0);

export interface FilePumpOptions {
  readonly execution: number;
  /** What `output_files.py` writes. */
  readonly source: Pick<OutputReader, 'read' | 'stream' | 'resume'>;
  readonly sender: Sender;
  readonly credit: OutputCredit;
}

/**
 * Sends the files that a worker reads out of its sandbox.
 *
 * @returns whether some were left out; nothing where the worker has ended before its end: the last file may be a part then
 */
export async function carryFiles(
  options: FilePumpOptions,
): Promise<{ truncated: boolean } | undefined> {
  const pump = new FilePump(options);
  options.credit.onChange(() => {
    if (pump.goOn()) options.source.resume();
  });
  const carried = options.source.read((chunk) => pump.take(chunk));
  options.source.stream();
  await carried;
  return pump.end;
}

class FilePump {
  /** Once it was read. */
  end: { truncated: boolean } | undefined;
  readonly #options: FilePumpOptions;
  /** What was read and not looked at yet, in the source's memory. */
  #held: Uint8Array = nothing;
  /** Of the head and path of the next file, as far as they have come. */
  #gathered: Buffer = Buffer.alloc(0);
  /** Of the file's content. */
  #missingBytes = 0;
  #header: Uint8Array = nothing;

  constructor(options: FilePumpOptions) {
    this.#options = options;
  }

  /** @returns whether it wants the next */
  take(chunk: Uint8Array): boolean {
    this.#held = chunk;
    return this.goOn();
  }

  /** @returns whether nothing is held any more */
  goOn(): boolean {
    while (this.#held.length > 0) {
      if (this.#missingBytes === 0) this.#gather();
      else if (!this.#sendContent()) return false;
    }
    return true;
  }

  #gather(): void {
    if (!this.#gatherUpTo(headBytes)) return;
    const pathBytes = this.#gathered.readUInt16LE(0);
    const size = this.#gathered.readUInt32LE(2);
    if (pathBytes === 0) {
      this.end = { truncated: size !== 0 };
      this.#gathered = Buffer.alloc(0);
      return;
    }
    if (!this.#gatherUpTo(headBytes + pathBytes)) return;
    const { execution, sender } = this.#options;
    const path = this.#gathered.toString('utf8', headBytes);
    this.#header = sender.encodeHeader({ $case: 'fileData', value: { execution, path } });
    this.#missingBytes = size;
    this.#gathered = Buffer.alloc(0);
    if (size === 0) sender.sendPayload(this.#header, nothing);
  }

  #gatherUpTo(bytes: number): boolean {
    const piece = this.#held.subarray(0, Math.max(0, bytes - this.#gathered.length));
    this.#held = this.#held.subarray(piece.length);
    this.#gathered = Buffer.concat([this.#gathered, piece]);
    return this.#gathered.length >= bytes;
  }

  #sendContent(): boolean {
    const { sender, credit } = this.#options;
    const length = Math.min(this.#held.length, this.#missingBytes, credit.available);
    if (length === 0) {
      if (!credit.isDiscarding) return false;
      this.#held = nothing;
      return true;
    }
    sender.sendPayload(this.#header, this.#held.subarray(0, length));
    credit.spend(length);
    this.#missingBytes -= length;
    this.#held = this.#held.subarray(length);
    return true;
  }
}
