// Reads from the kernel who listens on this host, without connecting.

import { readFile } from 'node:fs/promises';
import { isIP, SocketAddress } from 'node:net';
import type { Address } from '../../../services/lib/config/address.js';

/** Everything on this host that waits for connections, found without connecting to any of it. */
export interface Listeners {
  readonly tcp: readonly TcpListener[];
  readonly unixPaths: readonly string[];
}

interface TcpListener {
  readonly host: string;
  readonly port: number;
}

/** Reads the kernel's tables of sockets. */
export async function readListeners(): Promise<Listeners> {
  const read = (name: string) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '');
  const [tcp, tcp6, unix] = await Promise.all([read('tcp'), read('tcp6'), read('unix')]);
  return {
    tcp: [...parseTcpListeners(tcp), ...parseTcpListeners(tcp6)],
    unixPaths: parseUnixListeners(unix),
  };
}

/** Reads /proc/net/tcp or /proc/net/tcp6. */
export function parseTcpListeners(table: string): TcpListener[] {
  const rows = table.matchAll(/^\s*\d+: ([0-9A-F]{8,32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /gm);
  return [...rows].flatMap(([, host = '', port = '', state]) =>
    state === listenState ? [{ host: parseHost(host), port: Number.parseInt(port, 16) }] : [],
  );
}

/** Reads /proc/net/unix. */
export function parseUnixListeners(table: string): string[] {
  const rows = table.matchAll(
    /^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ ([0-9A-F]+) [0-9A-F]+ [0-9A-F]+ +\d+ (\/.*)$/gm,
  );
  return [...rows].flatMap(([, flags = '', path = '']) =>
    (Number.parseInt(flags, 16) & acceptsConnections) === 0 ? [] : [path],
  );
}

/** Whether somebody listens at the address, or at all addresses of the host on its port. */
export function isListening({ tcp, unixPaths }: Listeners, address: Address): boolean {
  if (address.kind === 'unix') return unixPaths.includes(address.path);
  return tcp.some(
    ({ host, port }) => port === address.port && (isWildcard(host) || isSame(host, address.host)),
  );
}

const listenState = '0A';
const acceptsConnections = 0x10000;

/** The kernel prints addresses as 32-bit words in the byte order of the processor. */
function parseHost(hex: string): string {
  const bytes = [...hex.matchAll(/(..)(..)(..)(..)/g)].flatMap((word) => word.slice(1).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  return canonical((bytes.join('').match(/.{4}/g) ?? []).join(':'));
}

function canonical(ipv6: string): string {
  const { address } = new SocketAddress({ address: ipv6, family: 'ipv6' });
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** A name is taken for one of this host: services and channels listen nowhere else. */
function isSame(listening: string, wanted: string): boolean {
  switch (isIP(wanted)) {
    case 4:
      return listening === wanted;
    case 6:
      return listening === canonical(wanted);
    default:
      return listening === '::1' || listening.startsWith('127.');
  }
}
