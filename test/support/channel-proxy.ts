// A proxy before a channel of a machine: it can cut the connection, and swallow, repeat and add
// bytes.

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder } from '../../guest/protocol/frame.js';
import { GuestFrame, HostFrame } from '../../services/gen/pbot/vm/guest/v1/channel.js';

type Kind = NonNullable<GuestFrame['body'] | HostFrame['body']>['$case'];

/** A frame that has passed, ready to be said again. */
interface PassedFrame {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

/**
 * Stands between the services and a channel of a machine, hands every byte on, and breaks the channel in any way that a
 * test asks for. One client at a time is served, as QEMU does.
 */
export class ChannelProxy {
  /** What has passed on the data channel, in order. */
  readonly fromHost: PassedFrame[] = [];
  readonly fromGuest: PassedFrame[] = [];
  readonly port: number;
  readonly #server: Server;
  #ends: { host: Socket; guest: Socket } | undefined;
  #isSwallowing = false;
  #isRefusing = false;

  private constructor(server: Server, machinePort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (host) => this.#join(host, machinePort));
  }

  static async listen(machinePort: number): Promise<ChannelProxy> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    return new ChannelProxy(server, machinePort);
  }

  /** Ends the connection that there is. The next one is served again. */
  cut(): void {
    this.#ends?.host.resetAndDestroy();
  }

  /** Ends the connection that there is, and each that comes, until `restore`. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  /** Connections go on, and no byte passes either way, until `restore`. */
  swallow(): void {
    this.#isSwallowing = true;
  }

  restore(): void {
    // Who comes back must not find the middle of what was swallowed.
    if (this.#isSwallowing) this.cut();
    this.#isSwallowing = false;
    this.#isRefusing = false;
  }

  sayToHost(bytes: Uint8Array): void {
    this.#ends?.host.write(bytes);
  }

  sayToGuest(bytes: Uint8Array): void {
    this.#ends?.guest.write(bytes);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(host: Socket, machinePort: number): void {
    if (this.#isRefusing) {
      host.resetAndDestroy();
      return;
    }
    const guest = connect({ host: '127.0.0.1', port: machinePort, noDelay: true });
    const ends = { host, guest };
    this.#ends = ends;
    const note = (frames: PassedFrame[], frame: GuestFrame | HostFrame, bytes: Uint8Array) => {
      if (frame.body !== undefined) frames.push({ kind: frame.body.$case, bytes });
    };
    this.#relay(host, guest, (header, bytes) => {
      note(this.fromHost, HostFrame.decode(header), bytes);
    });
    this.#relay(guest, host, (header, bytes) => {
      note(this.fromGuest, GuestFrame.decode(header), bytes);
    });
    host.on('close', () => {
      if (this.#ends === ends) this.#ends = undefined;
    });
  }

  #relay(from: Socket, to: Socket, onFrame: (header: Uint8Array, bytes: Uint8Array) => void): void {
    const decoder = new FrameDecoder({
      onFrame: (header, payload) => onFrame(header, encodeFrame(header, payload)),
      // A heartbeat holds no frames.
      onCorrupt: () => undefined,
    });
    from.on('data', (chunk: Buffer) => {
      if (this.#isSwallowing) return;
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      decoder.push(chunk);
    });
    from.on('error', () => from.destroy());
    // What is under way must not arrive after the end, as it does not where there is no proxy.
    from.on('close', () => (to.connecting ? to.destroy() : to.resetAndDestroy()));
  }
}
