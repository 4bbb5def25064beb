// A TCP client for the port that takes gRPC and lines.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP client that writes what it likes, for the port that takes gRPC and PBot's lines. */
export class LineClient {
  readonly socket: Socket;
  /** All that came, when the server has closed the connection. */
  readonly answer: Promise<string>;
  readonly #chunks: Buffer[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.#chunks.push(chunk));
    socket.on('error', () => socket.destroy());
    this.answer = new Promise((resolve) => {
      socket.once('close', () => resolve(this.received));
    });
  }

  /** @param options.allowHalfOpen keeps this side open when the server has closed its own */
  static async connect(
    port: number,
    options: { allowHalfOpen?: boolean } = {},
  ): Promise<LineClient> {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    await once(socket, 'connect');
    return new LineClient(socket);
  }

  get received(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  write(data: string | Uint8Array): void {
    this.socket.write(data);
  }
}

/** Sends bytes, and a line's end where it is text, and gives what came back before the server closed. */
export async function sendLine(port: number, line: string | Uint8Array): Promise<string> {
  const client = await LineClient.connect(port);
  client.write(typeof line === 'string' ? `${line}\n` : line);
  return await client.answer;
}
