// A gRPC server with health and reflection: how it is made, listens and drains.

import { createServer, type Socket } from 'node:net';
import {
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Address } from '../config/address.js';
import type { Log } from '../process/log.js';
import { Health } from './health.js';
import { connectionOptions, type Listener, openListener } from './listener.js';
import { reflectionHandlers } from './reflection.js';

export interface RpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RpcServer {
  readonly server: Server;
  readonly health: Health;
}

/** A client without a call for so long is sent GOAWAY. It connects again by itself for its next call. */
const maxIdleMs = 5 * 60_000;

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

type TakeConnection = (socket: Socket) => void;

/** What a connection passes before it is served, such as TLS: makes of what serves a connection what takes one. */
export type Accept = (serve: TakeConnection) => TakeConnection;

/**
 * Listens for gRPC alone.
 *
 * @throws UserError where the address can't be listened on
 */
export async function listenRpc(
  rpc: RpcServer,
  address: Address,
  options: { accept?: Accept | undefined; log: Log },
): Promise<Listener> {
  const { accept = passAll, log } = options;
  const injector = rpc.server.createConnectionInjector(ServerCredentials.createInsecure());
  const take = accept((socket) => injector.injectConnection(socket));
  return await openListener(createServer(connectionOptions, take), address, { log });
}

const passAll: Accept = (serve) => serve;

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
