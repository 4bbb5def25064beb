// The stream of bytes between guest and host, whatever carries it.

/** A stream of bytes to the host: a character device inside a machine, a socket in tests. */
export interface Transport {
  /** Takes what the host sends, chunk by chunk. Set once, before the first byte is read. */
  onData(listener: (chunk: Uint8Array) => void): void;
  /**
   * Queues a copy of the bytes, in order. `settled` is called when the host's side has taken them, or never will.
   */
  write(bytes: Uint8Array, settled: () => void): void;
}

/** Neither this server nor the machine can go on without its transport. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}
