// Addresses of services and machines: TCP ports and Unix sockets, as text and as what sockets take.

import { isIP } from 'node:net';
import { UserError } from '../process/user-error.js';

/** Where something listens: a TCP port of a host, or a Unix socket. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** sockaddr_un holds 108 bytes, the final NUL included. */
export const maxSocketPathBytes = 107;

/**
 * Reads `9000` (on 127.0.0.1), `127.0.0.1:9000`, `[::1]:9000`, `name:9000` or `unix:/absolute/path`.
 *
 * @throws UserError with one sentence that says what an address must look like
 */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:')) return parseUnixAddress(text);
  const separator = text.lastIndexOf(':');
  const port = parsePort(text.slice(separator + 1), text);
  const host = separator === -1 ? '127.0.0.1' : parseHost(text.slice(0, separator), text);
  return { kind: 'tcp', host, port };
}

/** The inverse of `parseAddress`. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** What grpc-js takes as the target of a client. */
export function grpcTarget(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = wildcards.get(address.host) ?? address.host;
  return `dns:///${formatAddress({ ...address, host })}`;
}

/** What `net.connect` and `server.listen` take. */
export function socketOptions(address: Address): { path: string } | { host: string; port: number } {
  return address.kind === 'unix'
    ? { path: address.path }
    : { host: address.host, port: address.port };
}

/** Whether only programs of the same host can reach the address. */
export function isLoopback(address: Address): boolean {
  if (address.kind === 'unix') return true;
  const { host } = address;
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A service that listens at all addresses of its host is reached by the loopback address. */
const wildcards: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

function parseUnixAddress(text: string): Address {
  const path = text.slice('unix:'.length);
  if (!path.startsWith('/')) throw new UserError(`"${text}" needs an absolute path after unix:`);
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    throw new UserError(
      `"${text}" is longer than the ${maxSocketPathBytes} bytes of a Unix socket's path`,
    );
  }
  return { kind: 'unix', path };
}

function parsePort(digits: string, text: string): number {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65535) {
    throw new UserError(`"${text}" is no port from 1 to 65535, host:port or unix:/path`);
  }
  return port;
}

function parseHost(bracketed: string, text: string): string {
  const host = bracketed.replace(/^\[(.*)\]$/, '$1');
  const isName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host);
  if (!isName && isIP(host) === 0) throw new UserError(`"${text}" names no host before the port`);
  return host;
}
