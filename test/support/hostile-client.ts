// A client of HTTP/2 that writes the frames it likes, as only a hostile one does.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { http2Preface } from '../../services/lib/rpc/connections/frames.js';

export const types = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  unknown: 0x77,
} as const;

const endHeaders = 0x4;
const endStream = 0x1;

const frameHeadBytes = 9;

/** One frame. */
export function frame(
  type: number,
  options: { flags?: number; streamId?: number; payload?: Buffer } = {},
): Buffer {
  const { flags = 0, streamId = 0, payload = Buffer.alloc(0) } = options;
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** The headers of a call. HPACK: each is literal, never indexed, without Huffman. */
export function callHeaders(
  streamId: number,
  options: { path: string; fillerBytes?: number; ends?: boolean },
): Buffer {
  const { path, fillerBytes = 0, ends = false } = options;
  const headers = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'server'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...(fillerBytes === 0 ? [] : [['filler', 'x'.repeat(fillerBytes)]]),
  ] as [string, string][];
  const payload = Buffer.concat(headers.map(([name, value]) => literal(name, value)));
  const flags = endHeaders | (ends ? endStream : 0);
  return frame(types.headers, { flags, streamId, payload });
}

/** A gRPC message in a frame of its own. */
export function messageFrame(
  streamId: number,
  message: Uint8Array,
  options: { flag?: number; length?: number; ends?: boolean } = {},
): Buffer {
  const { flag = 0, length = message.length, ends = false } = options;
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  const payload = Buffer.concat([prefix, message]);
  return frame(types.data, { flags: ends ? endStream : 0, streamId, payload });
}

function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x10]), text(name), text(value)]);
}

function text(value: string): Buffer {
  return Buffer.concat([integer(value.length), Buffer.from(value)]);
}

/** An integer with a prefix of 7 bits (RFC 7541, section 5.1). */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** What the server has ended a connection with. */
export interface Goaway {
  readonly code: number;
  readonly text: string;
}

export class HostileClient {
  readonly socket: Socket;
  /** The last GOAWAY that came, when the connection has ended. */
  readonly ended: Promise<Goaway | undefined>;
  #received = Buffer.alloc(0);
  #goaway: Goaway | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => socket.destroy());
    this.ended = new Promise((resolve) => socket.once('close', () => resolve(this.#goaway)));
    socket.write(Buffer.concat([http2Preface, frame(types.settings)]));
  }

  /** @param options.ca speaks TLS */
  static async connect(
    port: number,
    options: { host?: string; ca?: Buffer } = {},
  ): Promise<HostileClient> {
    const { host = '127.0.0.1', ca } = options;
    const socket =
      ca === undefined
        ? connect({ host, port, noDelay: true })
        : connectTls({ host, port, ca, servername: 'localhost', ALPNProtocols: ['h2'] });
    await once(socket, ca === undefined ? 'connect' : 'secureConnect');
    return new HostileClient(socket);
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Writes, and waits until there is room for more or the connection has ended. */
  async send(bytes: Uint8Array): Promise<void> {
    if (!this.isOpen || this.socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.socket.once('drain', resolve);
      this.socket.once('close', resolve);
    });
    this.socket.removeAllListeners('drain');
  }

  /** Writes what `next` makes, as fast as the server takes it, until the connection has ended or `next` has no more. */
  async flood(next: (round: number) => Buffer | undefined): Promise<void> {
    for (let round = 0; this.isOpen; round += 1) {
      const bytes = next(round);
      if (bytes === undefined) return;
      await this.send(bytes);
      // Otherwise nothing that comes is read.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= frameHeadBytes) {
      const end = frameHeadBytes + this.#received.readUIntBE(0, 3);
      if (this.#received.length < end) return;
      if (this.#received.readUInt8(3) === types.goaway) {
        const code = this.#received.readUInt32BE(frameHeadBytes + 4);
        const said = this.#received.subarray(frameHeadBytes + 8, end).toString();
        this.#goaway = { code, text: said };
      }
      this.#received = this.#received.subarray(end);
    }
  }
}
