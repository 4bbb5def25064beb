// A gRPC server with health and reflection: how it is made, listens and drains.

import type { Socket } from 'node:net';
import {
  experimental,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Address } from '../config/address.js';
import type { Log } from '../process/log.js';
import { RateLimitedLog } from '../process/rate-limited-log.js';
import { connectionCalls } from './connections/connection-calls.js';
import { maxConcurrentStreams } from './connections/connection-meter.js';
import type { Connection } from './connections/connections.js';
import { errorCodes } from './connections/frames.js';
import { Http2Guard } from './connections/http2-guard.js';
import { MemoryBudget } from './connections/memory-budget.js';
import { Offences } from './connections/offences.js';
import { beginnings } from './connections/turns.js';
import { Health } from './health.js';
import { type Listener, openListener } from './listener.js';
import { clientEndpoint } from './proxy-protocol/clients.js';
import { reflectionHandlers } from './reflection.js';
import { answerUnknownMethods } from './unknown-methods.js';

export interface RpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RpcServer {
  readonly server: Server;
  readonly health: Health;
  /** Takes a connection that speaks HTTP/2. Its socket is the one inside TLS where there is some. */
  serve(connection: Connection, socket: Socket): void;
  /** Sends GOAWAY to all clients: their calls under way go on, and later ones go elsewhere. */
  sendAway(): void;
}

/** A client without a call for so long is sent GOAWAY. It connects again by itself for its next call. */
const maxIdleMs = 5 * 60_000;

/** Headers and messages of all requests that have not arrived yet. Whoever has most of them is disconnected beyond it. */
const maxUnfinishedBytes = 128 * 1024 * 1024;

/** Spreads the connections of clients again over hosts that came later. */
export interface ConnectionAge {
  /** grpc-js adds or takes up to a tenth, so that clients do not all come back at the same moment. 0: no limit. */
  readonly maxMs: number;
  /** How long calls of an old connection may go on. New calls of its client take another connection. */
  readonly graceMs: number;
}

/** The longest delay of a timer of Node.js: whoever sends clients away ends what is left by itself. */
const unlimitedMs = 2 ** 31 - 1;

type ConnectionInjector = ReturnType<Server['createConnectionInjector']>;

/** A gRPC server with the given services, health and reflection. It does not listen yet. */
export function createRpcServer(options: {
  log: Log;
  services: readonly RpcService[];
  maxReceiveBytes: number;
  interceptors?: readonly ServerInterceptor[];
  connectionAge?: ConnectionAge;
}): RpcServer {
  const server = new Server({
    interceptors: [...(options.interceptors ?? [])],
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_connection_idle_ms': maxIdleMs,
    'grpc.max_concurrent_streams': maxConcurrentStreams,
    ...ageOptions(options.connectionAge),
  });
  answerUnknownMethods(server);
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
  return { server, health, ...connectionServer(server, options.log) };
}

function ageOptions(age: ConnectionAge | undefined): ServerOptions {
  if (age === undefined || age.maxMs === 0) return {};
  return {
    'grpc.max_connection_age_ms': age.maxMs,
    'grpc.max_connection_age_grace_ms': age.graceMs,
  };
}

/**
 * Each connection has an injector of its own: through it, its calls know the connection. Where earlier connections of its
 * address were ended for what they cost, it waits.
 */
function connectionServer(server: Server, log: Log): Pick<RpcServer, 'serve' | 'sendAway'> {
  const unfinished = new MemoryBudget(maxUnfinishedBytes);
  const problems = new RateLimitedLog(log);
  const offences = new Offences();
  const injectors = new Set<ConnectionInjector>();
  return { serve: serveInTurn, sendAway };

  function serveInTurn(connection: Connection, socket: Socket): void {
    const address = connection.peer ?? 'loopback';
    const waitMs = offences.waitMs(address, performance.now());
    if (waitMs === 0) {
      serve(connection, socket, address);
      return;
    }
    const inTurn = () =>
      beginnings.take(() => {
        if (!socket.destroyed) serve(connection, socket, address);
      });
    const turn = setTimeout(inTurn, waitMs);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(turn));
  }

  function sendAway(): void {
    for (const injector of injectors) injector.drain(unlimitedMs);
  }

  function serve(connection: Connection, socket: Socket, address: string): void {
    const guard = new Http2Guard(socket, {
      unfinished,
      begin: (begun) => begin(begun, connection, socket),
      onExcess: (excess) => {
        offences.note(address, performance.now());
        const details = { peer: clientEndpoint(connection.socket)?.address, excess };
        const message = `a connection of gRPC was ended: too many ${excess}`;
        problems.write('warn', { kind: `excess: ${excess}`, details, message });
      },
    });
    connection.onDismissal(() => guard.dismiss(errorCodes.none, 'there are too many connections'));
  }

  function begin(guard: Http2Guard, connection: Connection, socket: Socket): void {
    const credentials = experimental.createServerCredentialsWithInterceptors(
      ServerCredentials.createInsecure(),
      [connectionCalls({ connection, socket })],
    );
    const injector = server.createConnectionInjector(credentials);
    injectors.add(injector);
    guard.once('close', () => {
      injectors.delete(injector);
      injector.destroy();
    });
    injector.injectConnection(guard);
  }
}

/** What a connection passes before it is served, such as TLS. */
export type Accept = (socket: Socket, serve: (socket: Socket) => void) => void;

/**
 * Listens for gRPC alone.
 *
 * @throws UserError where the address can't be listened on
 */
export async function listenRpc(
  rpc: RpcServer,
  address: Address,
  options: { accept?: Accept | undefined; maxConnections: number; log: Log },
): Promise<Listener> {
  const { accept = passOn, maxConnections, log } = options;
  return await openListener(address, {
    onConnection: (connection) => {
      accept(connection.socket, (socket) => rpc.serve(connection, socket));
    },
    maxConnections,
    log,
  });
}

const passOn: Accept = (socket, serve) => serve(socket);

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

function serviceName(definition: ServiceDefinition): string {
  const path = Object.values(definition)[0]?.path ?? '';
  return path.split('/')[1] ?? '';
}
