// A guest that lies, floods and goes silent on its channels.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { checksum } from '../../guest/protocol/checksum.js';
import { FrameDecoder, protocolVersion } from '../../guest/protocol/frame.js';
import { stuff, stuffedMaxLength } from '../../guest/protocol/stuffing.js';
import { GuestFrame, HostFrame, Ready } from '../../services/gen/pbot/vm/guest/v1/channel.js';

type GuestBody = NonNullable<GuestFrame['body']>;
type HostBody = NonNullable<HostFrame['body']>;

/** What a hostile guest does on its channels. What is absent is done as an honest guest does it. */
export interface Behaviour {
  /** A host has connected. */
  readonly onConnect?: (host: Host) => void;
  /** The host has said something. By default a Hello is answered, and each program ends at once with exit code 0. */
  readonly onFrame?: (host: Host, body: HostBody) => void;
  /** Somebody has connected to the heartbeat. By default each byte is answered by a newline. */
  readonly onHeart?: (heart: Peer) => void;
}

/**
 * Listens on the two ports of a machine, as QEMU would, and says there what a guest that was taken over might say. It
 * serves any number of connections.
 */
export class HostileGuest {
  /** Bytes that were written to hosts so far. */
  sentBytes = 0;
  /** Connections to the data port so far. */
  connections = 0;
  /** Frames that hosts have sent so far. */
  frames = 0;
  #behaviour: Behaviour = {};
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#servers = [
      createServer((socket) => this.#serveData(socket)),
      createServer((socket) => this.#serveHeart(socket)),
    ];
  }

  static async listen(ports: { data: number; heart: number }): Promise<HostileGuest> {
    const guest = new HostileGuest();
    const [data, heart] = guest.#servers as [Server, Server];
    data.listen(ports.data, '127.0.0.1');
    heart.listen(ports.heart, '127.0.0.1');
    await Promise.all([once(data, 'listening'), once(heart, 'listening')]);
    return guest;
  }

  /** Ends all connections, and does from the next ones on what it is told. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.behave({});
    for (const server of this.#servers) server.close();
  }

  #serveData(socket: Socket): void {
    const behaviour = this.#behaviour;
    const { onConnect, onFrame = answerHonestly } = behaviour;
    const host = new Host(this.#adopt(socket), (bytes) => {
      this.sentBytes += bytes;
    });
    this.connections += 1;
    const decoder = new FrameDecoder({
      onFrame: (header) => {
        const frame = HostFrame.decode(header);
        if (frame.body === undefined) return;
        this.frames += 1;
        host.identity = { generation: frame.generation, session: frame.session };
        onFrame(host, frame.body);
      },
      onCorrupt: () => undefined,
    });
    socket.on('data', (chunk) => decoder.push(chunk));
    onConnect?.(host);
  }

  #serveHeart(socket: Socket): void {
    const { onHeart = beatHonestly } = this.#behaviour;
    const peer = new Peer(this.#adopt(socket), (bytes) => {
      this.sentBytes += bytes;
    });
    onHeart(peer);
  }

  #adopt(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** The other end of a connection. */
class Peer {
  readonly socket: Socket;
  readonly #onSent: (bytes: number) => void;

  constructor(socket: Socket, onSent: (bytes: number) => void) {
    this.socket = socket;
    this.#onSent = onSent;
  }

  write(bytes: Uint8Array): boolean {
    this.#onSent(bytes.length);
    return this.socket.write(bytes);
  }

  /** Writes what `next` makes, as fast as it is read, until the connection ends or `next` gives nothing. */
  flood(next: () => Uint8Array | undefined): void {
    const pour = () => {
      while (!this.socket.destroyed) {
        const bytes = next();
        if (bytes === undefined) return;
        if (!this.write(bytes)) {
          this.socket.once('drain', pour);
          return;
        }
      }
    };
    pour();
  }
}

/** The host's end of a data channel. */
export class Host extends Peer {
  /** Of the last frame that came. */
  identity = { generation: 0, session: 0 };

  say(body: GuestBody, payload?: Uint8Array): void {
    this.write(this.frame(body, payload));
  }

  /** @param options.padding bytes of a field that nobody knows, in the header */
  frame(body: GuestBody, payload?: Uint8Array, options: { padding?: number } = {}): Uint8Array {
    const header = GuestFrame.encode({ ...this.identity, body }).finish();
    return frameOf(Buffer.concat([header, unknownField(options.padding ?? 0)]), payload);
  }

  ready(more: Partial<Ready> = {}): void {
    this.say(readyBody(more));
  }
}

/** As an honest guest would say it, but for what is given. */
export function readyBody(more: Partial<Ready> = {}): GuestBody {
  const value = Ready.fromPartial({
    protocolVersion,
    bootId: 'boot',
    serverVersion: '1',
    languages: [{ name: 'sh', aliases: ['shell'], version: 'sh', compiled: false }],
    capacity: 1,
    timeUs: BigInt(Date.now()) * 1000n,
    reseeded: true,
    ...more,
  });
  return { $case: 'ready', value };
}

/** A well-formed frame of any size that the form has room for, whatever the protocol allows. */
function frameOf(header: Uint8Array, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const content = [length, header, payload];
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32LE(checksum(content));
  const total = header.length + payload.length + 6;
  const target = Buffer.alloc(stuffedMaxLength(total) + 1);
  return target.subarray(0, stuff([...content, trailer], target) + 1);
}

function unknownField(length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  const tag = [0xc2, 0x3e];
  const size = [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14];
  return Buffer.concat([Buffer.from([...tag, ...size]), Buffer.alloc(length, 1)]);
}

function answerHonestly(host: Host, body: HostBody): void {
  if (body.$case === 'hello') host.ready();
  else if (body.$case === 'start') runHonestly(host, body.value.execution);
}

/** As it does where nothing else is said. @param printed what the program prints */
export function runHonestly(host: Host, execution: number, printed?: Uint8Array): void {
  const phase = 2;
  host.say({ $case: 'phaseStarted', value: { execution, phase, command: ['sh'] } });
  if (printed !== undefined)
    host.say({ $case: 'output', value: { execution, stream: 1 } }, printed);
  host.say({
    $case: 'phaseFinished',
    value: {
      execution,
      phase,
      outcome: { $case: 'exitCode', value: 0 },
      limit: 0,
      wallTimeUs: 1n,
      cpuUserUs: 1n,
      cpuSystemUs: 1n,
      peakMemoryBytes: 1n,
      peakProcesses: 1,
      report: '',
    },
  });
  host.say({ $case: 'finished', value: { execution } });
}

function beatHonestly(heart: Peer): void {
  heart.socket.on('data', () => heart.write(Uint8Array.of(0x0a)));
}
