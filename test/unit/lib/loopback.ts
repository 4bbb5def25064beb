// A gRPC server on a socket of its own, and logs for tests.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { pino } from 'pino';
import type { Log } from '../../../services/lib/process/log.js';
import {
  type ConnectionAge,
  createRpcServer,
  listenRpc,
  type RpcServer,
  type RpcService,
} from '../../../services/lib/rpc/server.js';

export const silentLog: Log = pino({ level: 'silent' });

/** A log that keeps its lines. */
export function keepingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { log: pino({ level: 'debug' }, { write: (line) => lines.push(line) }), lines };
}

export interface Loopback {
  readonly rpc: RpcServer;
  /** What a client of grpc-js connects to. */
  readonly target: string;
  stop(): Promise<void>;
}

/** A gRPC server on a socket of its own. */
export async function serve(
  services: readonly RpcService[],
  options: {
    log?: Log;
    interceptors?: readonly ServerInterceptor[];
    maxConnections?: number;
    connectionAge?: ConnectionAge;
  } = {},
): Promise<Loopback> {
  const { log = silentLog, interceptors = [], maxConnections = 1000, connectionAge } = options;
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-rpc-'));
  const path = join(directory, 'socket');
  const rpc = createRpcServer({
    log,
    services,
    interceptors,
    maxReceiveBytes: 1024 * 1024,
    ...(connectionAge && { connectionAge }),
  });
  const listener = await listenRpc(rpc, { kind: 'unix', path }, { maxConnections, log });
  return {
    rpc,
    target: `unix:${path}`,
    async stop() {
      listener.close();
      rpc.server.forceShutdown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
