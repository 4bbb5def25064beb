import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { createTlsAcceptor, type ServerTlsFiles } from '../access/tls.js';
import { type Address, formatAddress, socketOptions } from '../config/address.js';
import type { Log } from '../process/log.js';
import { RateLimitedLog } from '../process/rate-limited-log.js';
import { Health } from './health.js';
import { reflectionHandlers } from './reflection.js';

export interface RpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RpcServer {
  readonly server: Server;
  readonly health: Health;
}

/** The address can't be listened on. The message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Without a call for so long a client is asked to go; it comes back by itself for its next call. */
const maxIdleMs = 5 * 60_000;

/** Each takes a descriptor and memory, whoever it is from. */
const maxConnections = 1000;

/** A client that is silent for so long is asked for a sign of life, which its kernel gives: a host that is gone gives none. */
const keepAliveDelayMs = 10 * 60_000;

/** Of the connections that a listener takes. */
export const connectionOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: keepAliveDelayMs,
} as const;

/** A gRPC server with the given services, health and reflection. It does not listen yet. */
export function createRpcServer(options: {
  log: Log;
  services: readonly RpcService[];
  maxReceiveBytes: number;
  interceptors?: readonly ServerInterceptor[];
}): RpcServer {
  const server = new Server({
    interceptors: [...(options.interceptors ?? [])],
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_connection_idle_ms': maxIdleMs,
  });
  const names = options.services.map((service) => serviceName(service.definition));
  const health = new Health(names);
  const healthHandlers = health.handlers(options.log);
  const reflected = [...names, serviceName(healthHandlers.definition)];
  const all: RpcService[] = [
    ...options.services,
    { ...healthHandlers, implementation: { ...healthHandlers.implementation } },
    ...reflectionHandlers({ log: options.log, services: reflected }),
  ];
  for (const { definition, implementation } of all) server.addService(definition, implementation);
  return { server, health };
}

/** Something that takes connections. */
export interface Listener {
  /** Takes no new connection. Those that are open go on. */
  close(): void;
}

/**
 * Listens for gRPC alone.
 *
 * @param options.tls makes the listener one of TLS
 * @throws ListenError
 */
export async function listenRpc(
  rpc: RpcServer,
  address: Address,
  options: { tls?: ServerTlsFiles | undefined; log: Log },
): Promise<Listener> {
  const injector = rpc.server.createConnectionInjector(ServerCredentials.createInsecure());
  const onConnection = (socket: Socket) => injector.injectConnection(socket);
  const { tls: files, log } = options;
  const tls = files && createTlsAcceptor({ files, onConnection, log });
  const server = createServer(connectionOptions, (socket) => {
    if (tls === undefined) onConnection(socket);
    else tls.accept(socket);
  });
  return await openListener(server, address, { log });
}

/**
 * @param options.furtherConnections beyond those that any listener takes at the same time
 * @throws ListenError
 */
export async function openListener(
  server: NetServer,
  address: Address,
  options: { furtherConnections?: number; log: Log },
): Promise<Listener> {
  await prepareListener(address);
  await listen(server, address);
  const troubles = new RateLimitedLog(options.log);
  server.on('error', (error) => {
    troubles.write('error', {
      kind: 'listener',
      details: { err: error },
      message: 'the listener has failed',
    });
  });
  server.maxConnections = maxConnections + (options.furtherConnections ?? 0);
  server.on('drop', (dropped) => {
    const details = { peer: dropped?.remoteAddress, connections: server.maxConnections };
    const message = 'a connection was closed: there are too many';
    troubles.write('warn', { kind: 'connections', details, message });
  });
  // Keeps other users of the host away.
  if (address.kind === 'unix') await chmod(address.path, 0o600);
  return { close: () => void server.close() };
}

/** Lets running calls end for `graceMs`, then cuts them off. New calls are refused from the start. */
export async function drainRpc(rpc: RpcServer, graceMs: number): Promise<void> {
  rpc.health.drain();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      rpc.server.forceShutdown();
      // tryShutdown may never call back: a peer that has spoken no HTTP/2, or does not close its side, is waited for.
      resolve();
    }, graceMs);
    rpc.server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Makes room for a listener. A Unix socket outlives a process that was killed: one that nobody answers on is removed.
 *
 * @throws ListenError where somebody answers
 */
async function prepareListener(address: Address): Promise<void> {
  if (!(await isAnswered(address))) {
    if (address.kind === 'unix') await unlink(address.path).catch(ignoreMissingFile);
    return;
  }
  throw listenError(address, Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
}

function listen(server: NetServer, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(listenError(address, error));
    server.once('error', fail);
    server.listen(socketOptions(address), () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function listenError(address: Address, cause: Error): ListenError {
  const where = formatAddress(address);
  const inUse = 'code' in cause && cause.code === 'EADDRINUSE';
  const message = inUse
    ? `${where} is in use by another program: stop that program, or choose another address.`
    : `Can't listen on ${where}: ${cause.message}.`;
  return new ListenError(message, { cause });
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

function serviceName(definition: ServiceDefinition): string {
  const path = Object.values(definition)[0]?.path ?? '';
  return path.split('/')[1] ?? '';
}
