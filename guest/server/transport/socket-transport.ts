// A transport over TCP, for a guest server that runs on a host in tests.

import { createServer, type Socket } from 'node:net';
import { type Transport, TransportError } from './transport.js';

/**
 * Listens on a TCP port of 127.0.0.1 in place of the character device that QEMU would offer there. Like QEMU it serves
 * one connection at a time and keeps going when that one ends. For tests on a host.
 *
 * @throws TransportError
 */
export function listenAsDevice(port: number): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const transport = new SocketTransport();
    const server = createServer((socket) => transport.attach(socket));
    server.maxConnections = 1;
    server.once('error', (error) => {
      reject(new TransportError(`can't listen on port ${port}: ${error.message}`));
    });
    server.listen({ host: '127.0.0.1', port }, () => resolve(transport));
  });
}

class SocketTransport implements Transport {
  #socket: Socket | undefined;
  #listener: (chunk: Uint8Array) => void = () => undefined;

  attach(socket: Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#listener(chunk));
    // A reset is how the host leaves; what it means is decided by the next Hello.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array, settled: () => void): void {
    if (this.#socket === undefined) settled();
    else this.#socket.write(Buffer.from(bytes), () => settled());
  }
}
