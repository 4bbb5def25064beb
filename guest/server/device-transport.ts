import { execFile } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Transport, TransportError } from './transport.js';

/** How long to wait before a device is read again that says that no host is there. */
const hostAwayPollMs = 20;

/**
 * Opens `/dev/virtio-ports/...`, or a serial port such as `/dev/ttyS1`, which is put in raw mode first: a tty would
 * echo its input and translate line ends.
 *
 * Reads and writes block in threads of their own (the pool must have four for two devices): a virtio port can't be
 * polled while the host is away without spinning.
 *
 * @throws TransportError
 */
export async function openDevice(path: string): Promise<Transport> {
  try {
    if (path.startsWith('/dev/tty')) await makeRaw(path);
    return new DeviceTransport(path, await open(path, 'r+'));
  } catch (error) {
    throw new TransportError(`can't open ${path}: ${String(error)}`, { cause: error });
  }
}

async function makeRaw(path: string): Promise<void> {
  await promisify(execFile)('stty', ['-F', path, 'raw', '-echo', '115200']);
}

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly settled: () => void;
}

class DeviceTransport implements Transport {
  readonly #path: string;
  readonly #file: FileHandle;
  #queue: PendingWrite[] = [];
  #writing = false;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    void this.#readForever(listener);
  }

  write(bytes: Uint8Array, settled: () => void): void {
    this.#queue.push({ bytes, settled });
    if (this.#writing) return;
    this.#writing = true;
    // What is said in the same turn of the event loop goes out as one: each write costs a switch of threads.
    setImmediate(() => void this.#writeQueue());
  }

  async #readForever(listener: (chunk: Uint8Array) => void): Promise<never> {
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await this.#attempt(() =>
        this.#file.read(buffer, 0, buffer.length, null),
      );
      if (bytesRead > 0) listener(Uint8Array.prototype.slice.call(buffer, 0, bytesRead));
      else await new Promise((resolve) => setTimeout(resolve, hostAwayPollMs));
    }
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      await this.#writeAll(batch.map((each) => each.bytes));
      for (const each of batch) each.settled();
    }
    this.#writing = false;
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    let rest: Uint8Array = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
    while (rest.length > 0) {
      const part = rest;
      const { bytesWritten } = await this.#attempt(() =>
        this.#file.write(part, 0, part.length, null),
      );
      rest = rest.subarray(bytesWritten);
    }
  }

  /** A device that fails is gone for good: the process ends, and the service manager starts a new one. */
  async #attempt<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      process.stderr.write(`guest-server: ${this.#path} failed: ${String(error)}\n`);
      process.exit(1);
    }
  }
}
