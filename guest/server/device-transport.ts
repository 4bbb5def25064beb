import { execFile } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Transport, TransportError } from './transport.js';

/**
 * How long to wait before a device is read again that says that no host is there: short at first, for a host that
 * connects anew, then longer, because each look costs.
 */
const hostAwayPollMs = { first: 10, most: 200 };

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

/** What waits to be written. Its memory is used again and again: under emulation each fresh page costs a lot. */
interface Batch {
  bytes: Buffer;
  length: number;
  settled: (() => void)[];
}

const initialBatchBytes = 512 * 1024;

class DeviceTransport implements Transport {
  readonly #path: string;
  readonly #file: FileHandle;
  #filling: Batch = { bytes: Buffer.alloc(initialBatchBytes), length: 0, settled: [] };
  #spare: Batch = { bytes: Buffer.alloc(initialBatchBytes), length: 0, settled: [] };
  #writing = false;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    void this.#readForever(listener);
  }

  write(bytes: Uint8Array, settled: () => void): void {
    const batch = this.#filling;
    if (batch.length + bytes.length > batch.bytes.length) {
      batch.bytes = Buffer.concat([batch.bytes], 2 * (batch.length + bytes.length));
    }
    batch.bytes.set(bytes, batch.length);
    batch.length += bytes.length;
    batch.settled.push(settled);
    if (this.#writing) return;
    this.#writing = true;
    // What is said in the same turn of the event loop goes out as one: each write costs a switch of threads.
    setImmediate(() => void this.#writeQueue());
  }

  async #readForever(listener: (chunk: Uint8Array) => void): Promise<never> {
    const buffer = Buffer.alloc(64 * 1024);
    let pollMs = hostAwayPollMs.first;
    for (;;) {
      const { bytesRead } = await this.#attempt(() =>
        this.#file.read(buffer, 0, buffer.length, null),
      );
      if (bytesRead > 0) {
        pollMs = hostAwayPollMs.first;
        listener(Uint8Array.prototype.slice.call(buffer, 0, bytesRead));
      } else {
        await new Promise((resolve) => setTimeout(resolve, pollMs));
        pollMs = Math.min(2 * pollMs, hostAwayPollMs.most);
      }
    }
  }

  async #writeQueue(): Promise<void> {
    while (this.#filling.settled.length > 0) {
      const batch = this.#filling;
      this.#filling = this.#spare;
      await this.#writeAll(batch.bytes.subarray(0, batch.length));
      const { settled } = batch;
      batch.length = 0;
      batch.settled = [];
      this.#spare = batch;
      for (const settle of settled) settle();
    }
    this.#writing = false;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const start = at;
      const { bytesWritten } = await this.#attempt(() =>
        this.#file.write(bytes, start, bytes.length - start, null),
      );
      at += bytesWritten;
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
