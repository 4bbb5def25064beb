// A stand-in for the heartbeat port of a guest.

import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/**
 * Stands in for a guest and the QEMU around it: a heartbeat port that answers, stays mute or hangs up as
 * the test asks. No test here needs more of a machine.
 */
export class Guest {
  /** Whether a newline is answered by one. */
  answers = true;
  /** Connections that were opened so far. */
  connects = 0;
  /** Newlines that came so far. */
  probes = 0;
  /** How the connections of the past ended: `reset` or `closed`. */
  readonly ends: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #changes = new EventEmitter();

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listen(where: { port: number } | { path: string } = { port: 0 }): Promise<Guest> {
    const guest = new Guest();
    const options = 'port' in where ? { ...where, host: '127.0.0.1' } : where;
    guest.#server.listen(options);
    await once(guest.#server, 'listening');
    return guest;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Sends bytes to whoever is connected. */
  say(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  /** What the death of QEMU looks like from outside, but for the port, which serves the next QEMU. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves as soon as the condition holds; looked at whenever a connection begins, ends or brings bytes. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changes, 'change');
  }

  async close(): Promise<void> {
    this.hangUp();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    let end = 'closed';
    this.#sockets.add(socket);
    this.connects += 1;
    socket.on('data', () => {
      this.probes += 1;
      if (this.answers) socket.write('\n');
      this.#changes.emit('change');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') end = 'reset';
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.ends.push(end);
      this.#changes.emit('change');
    });
    this.#changes.emit('change');
  }
}
