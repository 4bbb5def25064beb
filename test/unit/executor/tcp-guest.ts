import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder, protocolVersion } from '../../../guest/protocol/frame.js';
import type { GuestBody } from '../../../services/executor/machine/session.js';
import {
  GuestFrame,
  HostFrame,
  type Ready,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Address } from '../../../services/lib/config/address.js';
import { untold } from '../../support/untried-language.js';

/** Things that come one after the other, for whoever waits for them. */
class Arrivals<T> {
  readonly #here: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  add(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#here.push(item);
    else waiter(item);
  }

  next(): Promise<T> {
    const item = this.#here.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

/** Listens as the data channel of a machine does, and gives the connections of the host one by one. */
export class TcpGuest {
  readonly address: Address;
  readonly #server: Server;
  readonly #connections: Arrivals<HostConnection>;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, address: Address, connections: Arrivals<HostConnection>) {
    this.#server = server;
    this.address = address;
    this.#connections = connections;
    this.#sockets = new Set();
    server.on('connection', (socket) => this.#sockets.add(socket));
  }

  /** On a free port, or on a Unix socket. */
  static async listen(path?: string): Promise<TcpGuest> {
    const connections = new Arrivals<HostConnection>();
    const server = createServer((socket) => connections.add(new HostConnection(socket)));
    await new Promise<void>((resolve) => {
      if (path === undefined) server.listen({ host: '127.0.0.1', port: 0 }, resolve);
      else server.listen({ path }, resolve);
    });
    const address: Address =
      path === undefined
        ? { kind: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
        : { kind: 'unix', path };
    return new TcpGuest(server, address, connections);
  }

  accept(): Promise<HostConnection> {
    return this.#connections.next();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

type FrameIdentity = Pick<GuestFrame, 'generation' | 'session'>;

/** One connection of a host, with the guest's words for it. */
export class HostConnection {
  /** How the host has ended it. */
  readonly ended: Promise<'reset' | 'closed'>;
  /** Of the last frame that came. */
  identity: FrameIdentity = { generation: 0, session: 0 };
  readonly #socket: Socket;
  readonly #frames = new Arrivals<HostFrame>();

  constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new FrameDecoder({
      onFrame: (header) => this.#frames.add(HostFrame.decode(header)),
      onCorrupt: (reason) => {
        throw new Error(`the host has sent a corrupt frame: ${reason}`);
      },
    });
    socket.on('data', (chunk) => decoder.push(chunk));
    this.ended = new Promise((resolve) => {
      let wasReset = false;
      socket.on('error', (error: NodeJS.ErrnoException) => {
        wasReset = error.code === 'ECONNRESET';
      });
      socket.on('close', () => resolve(wasReset ? 'reset' : 'closed'));
    });
  }

  async next(): Promise<HostFrame> {
    const frame = await this.#frames.next();
    this.identity = { generation: frame.generation, session: frame.session };
    return frame;
  }

  say(body: GuestBody, other: Partial<FrameIdentity> = {}): void {
    this.write(this.frame(body, other));
  }

  /** The bytes of what `say` would say. */
  frame(body: GuestBody, other: Partial<FrameIdentity> = {}): Uint8Array {
    return encodeFrame(GuestFrame.encode({ ...this.identity, ...other, body }).finish());
  }

  write(...bytes: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(bytes));
  }

  stopReading(): void {
    this.#socket.pause();
  }

  cut(): void {
    this.#socket.destroy();
  }
}

export function ready(more: Partial<Ready> = {}): GuestBody {
  const value: Ready = {
    protocolVersion,
    bootId: 'boot',
    serverVersion: '1',
    languages: [
      {
        name: 'sh',
        aliases: ['shell'],
        version: '1',
        compiled: false,
        sourceFile: 'program.sh',
        ...untold,
      },
    ],
    capacity: 1,
    timeUs: 0n,
    reseeded: true,
    phaseMemoryBytes: 0n,
    fileBytes: 0n,
    ...more,
  };
  return { $case: 'ready', value };
}

export const finished = (execution: number): GuestBody => ({
  $case: 'finished',
  value: { execution },
});

/** A frame whose checksum is wrong. */
export const garbledFrame = Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 0);
