// A transport over a character device: a virtio port or a serial port.

import { execFile } from 'node:child_process';
import { open, read, writev } from 'node:fs';
import { promisify } from 'node:util';
import { type Transport, TransportError } from './transport.js';

/**
 * How long to wait before a device is read again that says that no host is there: short at first, for a host that
 * connects again, then longer, because each look costs.
 */
const hostAwayPollMs = { first: 5, most: 200 };

/** After a revert the host connects within this many of the first looks: a longer pause would be added to the revert. */
const quickLooks = 20;

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
    return new DeviceTransport(path, await promisify(open)(path, 'r+'));
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

/** The kernel's driver for virtio ports takes no more of one buffer (`port_fops_write`). */
const segmentBytes = 32 * 1024;

class DeviceTransport implements Transport {
  readonly #path: string;
  readonly #file: number;
  readonly #received = Buffer.alloc(64 * 1024);
  #filling: Batch = { bytes: Buffer.alloc(initialBatchBytes), length: 0, settled: [] };
  #spare: Batch = { bytes: Buffer.alloc(initialBatchBytes), length: 0, settled: [] };
  #isWriting = false;

  constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    this.#readOn(listener, 0);
  }

  write(bytes: Uint8Array, settled: () => void): void {
    const batch = this.#filling;
    if (batch.length + bytes.length > batch.bytes.length) {
      batch.bytes = Buffer.concat([batch.bytes], 2 * (batch.length + bytes.length));
    }
    batch.bytes.set(bytes, batch.length);
    batch.length += bytes.length;
    batch.settled.push(settled);
    if (!this.#isWriting) this.#schedule();
  }

  /** @param looks how many in a row have found no host */
  #readOn(listener: (chunk: Uint8Array) => void, looks: number): void {
    // Promises of Node.js for files take an emulated processor longer than the read itself.
    read(this.#file, this.#received, 0, this.#received.length, null, (error, bytesRead) => {
      if (error !== null) this.#fail(error);
      if (bytesRead > 0) {
        listener(Uint8Array.prototype.slice.call(this.#received, 0, bytesRead));
        this.#readOn(listener, 0);
      } else {
        setTimeout(() => this.#readOn(listener, looks + 1), pauseMs(looks));
      }
    });
  }

  /** What is said in the same turn of the event loop goes out as one: each write costs a switch of threads. */
  #schedule(): void {
    this.#isWriting = true;
    setImmediate(() => {
      const batch = this.#filling;
      this.#filling = this.#spare;
      this.#writeFrom(batch, 0);
    });
  }

  #writeFrom(batch: Batch, start: number): void {
    writev(this.#file, segmentsOf(batch.bytes.subarray(start, batch.length)), (error, written) => {
      if (error !== null) this.#fail(error);
      else if (start + written < batch.length) this.#writeFrom(batch, start + written);
      else this.#settle(batch);
    });
  }

  #settle(batch: Batch): void {
    const { settled } = batch;
    batch.length = 0;
    batch.settled = [];
    this.#spare = batch;
    for (const settle of settled) settle();
    this.#isWriting = false;
    if (this.#filling.settled.length > 0) this.#schedule();
  }

  /** A device that fails is gone for good: the process ends, and the service manager starts a new one. */
  #fail(error: unknown): never {
    process.stderr.write(`guest-server: ${this.#path} failed: ${String(error)}\n`);
    process.exit(1);
  }
}

function pauseMs(looks: number): number {
  const { first, most } = hostAwayPollMs;
  return Math.min(most, first * 2 ** Math.max(0, looks - quickLooks));
}

function segmentsOf(bytes: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += segmentBytes) {
    segments.push(bytes.subarray(at, at + segmentBytes));
  }
  return segments;
}
