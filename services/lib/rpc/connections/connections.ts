// The connections of a listener: how many there may be, and which of them ends when there are too many.

import type { Socket } from 'node:net';
import { clientEndpoint } from '../proxy-protocol/clients.js';

/** The part of all connections that one address beyond loopback may have. */
const shareOfOneAddress = 0.5;

/** One connection of a listener, from its first byte on. */
export class Connection {
  readonly socket: Socket;
  /** Who shares the address share with it; `undefined` on loopback and Unix sockets, where all clients have one address. */
  readonly peer: string | undefined;
  /** Work that a client waits for. */
  #running = 0;
  /** When it last had work, in the order of all connections. */
  #idleSinceMs: number;
  readonly #nowMs: () => number;
  #dismiss: () => void;

  constructor(socket: Socket, nowMs: () => number) {
    this.socket = socket;
    this.peer = peerOf(clientEndpoint(socket)?.address);
    this.#nowMs = nowMs;
    this.#idleSinceMs = nowMs();
    this.#dismiss = () => socket.destroy();
  }

  /** Since when nobody waits for it; `undefined` while somebody does. */
  get idleSinceMs(): number | undefined {
    return this.#running === 0 ? this.#idleSinceMs : undefined;
  }

  /** Work begins that a client waits for. It ends when what this returns is called; a second time does nothing. */
  begin(): () => void {
    let isRunning = true;
    this.#running += 1;
    return () => {
      if (!isRunning) return;
      isRunning = false;
      this.#running -= 1;
      this.#idleSinceMs = this.#nowMs();
    };
  }

  /** Says how its protocol ends it. */
  onDismissal(dismiss: () => void): void {
    this.#dismiss = dismiss;
  }

  /** Ends it in favour of another one. */
  dismiss(): void {
    this.#dismiss();
  }
}

/** What became of a new connection. */
export type Admission =
  | { readonly kind: 'admitted'; readonly connection: Connection; readonly dismissed: boolean }
  | { readonly kind: 'rejected' };

/** All connections of a listener. */
export class Connections {
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #open = new Set<Connection>();

  constructor(options: { max: number; nowMs: () => number }) {
    this.#max = options.max;
    this.#nowMs = options.nowMs;
  }

  /** Makes room for a connection if it can: the one ends that has had nothing to do for longest. */
  admit(socket: Socket): Admission {
    const connection = new Connection(socket, this.#nowMs);
    const rivals = this.#rivalsOf(connection);
    const loser = rivals === undefined ? undefined : longestIdle(rivals);
    if (rivals !== undefined && loser === undefined) return { kind: 'rejected' };
    if (loser !== undefined) {
      this.#open.delete(loser);
      loser.dismiss();
    }
    this.#open.add(connection);
    socket.once('close', () => this.#open.delete(connection));
    return { kind: 'admitted', connection, dismissed: loser !== undefined };
  }

  /** Those of which one must end before there is room; `undefined` where there is. */
  #rivalsOf({ peer }: Connection): Connection[] | undefined {
    if (peer !== undefined && this.#open.size >= this.#max * shareOfOneAddress) {
      const own = [...this.#open].filter((other) => other.peer === peer);
      if (own.length >= this.#max * shareOfOneAddress) return own;
    }
    return this.#open.size >= this.#max ? [...this.#open] : undefined;
  }
}

function longestIdle(connections: readonly Connection[]): Connection | undefined {
  let longest: Connection | undefined;
  for (const connection of connections) {
    const { idleSinceMs } = connection;
    if (idleSinceMs === undefined) continue;
    if (longest?.idleSinceMs === undefined || idleSinceMs < longest.idleSinceMs)
      longest = connection;
  }
  return longest;
}

/** An IPv6 client has all addresses of its network of 64 bits. */
function peerOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const ipv4 = /^(?:::ffff:)?(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4.startsWith('127.') ? undefined : ipv4;
  if (address === '::1') return undefined;
  return networkOf(address);
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
