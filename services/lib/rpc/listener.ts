// A listener for a service: takes connections at a TCP port or a Unix socket, up to a maximum.

import { chmod, lstat, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { type Address, formatAddress, socketOptions } from '../config/address.js';
import type { Log } from '../process/log.js';
import { RateLimitedLog } from '../process/rate-limited-log.js';
import { UserError } from '../process/user-error.js';
import { type Connection, Connections } from './connections/connections.js';
import { clientEndpoint, receiveFromProxy } from './proxy-protocol/clients.js';
import type { TrustedProxies } from './proxy-protocol/settings.js';

/** Something that takes connections. */
export interface Listener {
  /** Takes no new connection. Those that are open go on. */
  close(): void;
}

/**
 * After so long a silence TCP probes the client, each second. Its kernel answers; a host that is gone does not, and its
 * connection ends 10 s later.
 */
const keepAliveDelayMs = 15_000;

/** Options of the connections that a listener takes. */
const connectionOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: keepAliveDelayMs,
} as const;

export interface ListenerOptions {
  readonly onConnection: (connection: Connection) => void;
  /** Whether a client may end its side and be answered. */
  readonly allowHalfOpen?: boolean;
  /** Each connection takes a descriptor and memory, whoever opens it. */
  readonly maxConnections: number;
  /** Name their clients by the PROXY protocol. */
  readonly proxies?: TrustedProxies | undefined;
  readonly log: Log;
}

/** @throws UserError where the address can't be listened on */
export async function openListener(address: Address, options: ListenerOptions): Promise<Listener> {
  const { allowHalfOpen = false, proxies, log } = options;
  const problems = new RateLimitedLog(log);
  const take = admitter(options, problems);
  const problemOf = (socket: Socket) => (problem: string) => {
    const message = 'a connection of a proxy was closed';
    problems.write('warn', {
      kind: message,
      details: { peer: socket.remoteAddress, problem },
      message,
    });
  };
  const server = createServer({ ...connectionOptions, allowHalfOpen }, (socket) => {
    if (proxies === undefined) take(socket);
    else receiveFromProxy(socket, { proxies, pass: take, onProblem: problemOf(socket) });
  });
  await listenAt(server, address);
  server.on('error', (error) => {
    problems.write('error', {
      kind: 'listener',
      details: { err: error },
      message: 'the listener has failed',
    });
  });
  if (address.kind === 'unix') await chmod(address.path, await socketMode(address.path));
  return { close: () => void server.close() };
}

/** @throws UserError where the address can't be listened on */
export async function listenAt(server: NetServer, address: Address): Promise<void> {
  await prepareListener(address);
  await listen(server, address);
}

function admitter(options: ListenerOptions, problems: RateLimitedLog): (socket: Socket) => void {
  const { maxConnections: max, onConnection } = options;
  const connections = new Connections({ max, nowMs: () => performance.now() });
  return (socket) => {
    const admission = connections.admit(socket);
    if (admission.kind === 'rejected' || admission.dismissed) {
      const what = admission.kind === 'rejected' ? 'a connection' : 'an idle connection';
      const message = `${what} was closed: there are too many`;
      const details = { peer: clientEndpoint(socket)?.address, connections: max };
      problems.write('warn', { kind: message, details, message });
    }
    if (admission.kind === 'rejected') socket.destroy();
    else onConnection(admission.connection);
  };
}

/** @throws UserError where somebody listens already, or something else than a socket is in the way */
async function prepareListener(address: Address): Promise<void> {
  const failure = await attemptConnection(address);
  if (failure === undefined || failure.code === 'EAGAIN') {
    // A Unix socket whose owner is slow to take connections answers EAGAIN.
    throw cannotListen(address, Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
  }
  if (address.kind === 'unix' && failure.code !== 'ENOENT') await removeStale(address, failure);
}

/** Removes a Unix socket of a process that was killed: it outlives that process. */
async function removeStale(
  address: Address & { kind: 'unix' },
  failure: NodeJS.ErrnoException,
): Promise<void> {
  if (failure.code !== 'ECONNREFUSED') throw cannotListen(address, failure);
  const isSocket = (await lstat(address.path)).isSocket();
  if (!isSocket) throw cannotListen(address, new Error('there is a file that is no socket'));
  await unlink(address.path).catch(ignoreMissingFile);
}

function listen(server: NetServer, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(cannotListen(address, error));
    server.once('error', fail);
    server.listen(socketOptions(address), () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function cannotListen(address: Address, cause: Error): UserError {
  const where = formatAddress(address);
  const inUse = 'code' in cause && cause.code === 'EADDRINUSE';
  const message = inUse
    ? `${where} is in use by another program: stop that program, or choose another address.`
    : `Can't listen on ${where}: ${cause.message}.`;
  return new UserError(message, { cause });
}

/**
 * Keeps other users of the host away. A directory that one group alone may enter is shared with that group on purpose:
 * systemd makes such directories.
 */
async function socketMode(path: string): Promise<number> {
  const { mode } = await stat(dirname(path));
  return (mode & 0o077) === 0o050 ? 0o660 : 0o600;
}

/** Whether somebody takes connections at the address. */
export async function isAnswered(address: Address): Promise<boolean> {
  return (await attemptConnection(address)) === undefined;
}

/** Why there is no connection to the address; `undefined` where there is one. */
function attemptConnection(address: Address): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketOptions(address));
    const settle = (failure?: NodeJS.ErrnoException) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => settle());
    socket.once('error', settle);
  });
}

function ignoreMissingFile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
