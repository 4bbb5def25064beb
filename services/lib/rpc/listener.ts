// A listener for a service: takes connections at a TCP port or a Unix socket, up to a maximum.

import { chmod, unlink } from 'node:fs/promises';
import { connect, type Server as NetServer } from 'node:net';
import { type Address, formatAddress, socketOptions } from '../config/address.js';
import type { Log } from '../process/log.js';
import { RateLimitedLog } from '../process/rate-limited-log.js';
import { UserError } from '../process/user-error.js';

/** Something that takes connections. */
export interface Listener {
  /** Takes no new connection. Those that are open go on. */
  close(): void;
}

/** Each connection takes a descriptor and memory, whoever opens it. */
const maxConnections = 1000;

/** After so long a silence TCP probes the client. Its kernel answers; a host that is gone does not. */
const keepAliveDelayMs = 10 * 60_000;

/** Options of the connections that a listener takes. */
export const connectionOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: keepAliveDelayMs,
} as const;

/**
 * @param options.furtherConnections how many more than the usual maximum may be open at the same time
 * @throws UserError where the address can't be listened on
 */
export async function openListener(
  server: NetServer,
  address: Address,
  options: { furtherConnections?: number; log: Log },
): Promise<Listener> {
  await prepareListener(address);
  await listen(server, address);
  const problems = new RateLimitedLog(options.log);
  server.on('error', (error) => {
    problems.write('error', {
      kind: 'listener',
      details: { err: error },
      message: 'the listener has failed',
    });
  });
  server.maxConnections = maxConnections + (options.furtherConnections ?? 0);
  server.on('drop', (dropped) => {
    const details = { peer: dropped?.remoteAddress, connections: server.maxConnections };
    const message = 'a connection was closed: there are too many';
    problems.write('warn', { kind: 'connections', details, message });
  });
  // Keeps other users of the host away.
  if (address.kind === 'unix') await chmod(address.path, 0o600);
  return { close: () => void server.close() };
}

/**
 * Makes room for a listener. A Unix socket outlives a process that was killed: one that nobody answers on is removed.
 *
 * @throws UserError where somebody answers
 */
async function prepareListener(address: Address): Promise<void> {
  if (!(await isAnswered(address))) {
    if (address.kind === 'unix') await unlink(address.path).catch(ignoreMissingFile);
    return;
  }
  throw cannotListen(address, Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
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

/** Whether somebody takes connections at the address. */
export function isAnswered(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketOptions(address));
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function ignoreMissingFile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
