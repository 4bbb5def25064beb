// Services beyond loopback with certificates and tokens, and clients that have some of them.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll } from 'vitest';
import { HealthService } from '../../../services/gen/grpc/health/v1/health.js';
import {
  ExecutorServiceService,
  type InteractResponse,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { WatchdogServiceService } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { type ClientAccess, connect } from '../../../services/lib/access/client-access.js';
import { parseAddress } from '../../../services/lib/config/address.js';
import type { RpcClient } from '../../../services/lib/rpc/client.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { type CertificateFiles, TestAuthority } from '../../support/certificates.js';
import { outputOf, type ServiceName, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

/** All addresses of the host, which is beyond loopback whatever network a host has; reached by 127.0.0.1 all the same. */
const everywhere = '0.0.0.0';

export const serviceNames = ['snapshot', 'watchdog', 'executor'] as const;

export const execute = '-lang=sh echo hello';

export let system: TestSystem;
export let directory: string;
export let authority: TestAuthority;
export let otherAuthority: TestAuthority;
export let server: CertificateFiles;
export let otherServer: CertificateFiles;
export let alice: CertificateFiles;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-access-'));
  authority = await TestAuthority.create(directory, 'ca');
  otherAuthority = await TestAuthority.create(directory, 'other-ca');
  server = await authority.issue('server');
  alice = await authority.issue('alice-by-certificate');
  otherServer = await otherAuthority.issue('other-server');
  system = await TestSystem.create();
  await system.machine.powerOn();
});

afterAll(async () => {
  await system.stop();
  await rm(directory, { recursive: true });
});

/** Variables that open all three services to other hosts. */
export function opened(): Record<string, string> {
  return {
    PBOTVM_SERVER: `${everywhere}:${system.ports.executor}`,
    PBOTVM_WATCHDOG: `${everywhere}:${system.ports.watchdog}`,
    PBOTVM_SNAPSHOT: `${everywhere}:${system.ports.snapshot}`,
  };
}

const nothing: ClientAccess = {
  tls: true,
  tlsCa: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  tokenFile: undefined,
};

export interface Clients {
  readonly executor: RpcClient<ExecutorServiceService>;
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly snapshot: RpcClient<SnapshotServiceService>;
  readonly health: RpcClient<HealthService>;
}

const clients: Clients[] = [];

afterAll(() => {
  for (const each of clients) {
    for (const client of Object.values(each) as Clients['health'][]) client.close();
  }
});

export function connectAll(access: Partial<ClientAccess>): Clients {
  const where = (name: ServiceName) => ({
    address: parseAddress(`${everywhere}:${system.ports[name]}`),
    access: { ...nothing, ...access },
  });
  const connected = {
    executor: connect(ExecutorServiceService, where('executor')),
    watchdog: connect(WatchdogServiceService, where('watchdog')),
    snapshot: connect(SnapshotServiceService, where('snapshot')),
    health: connect(HealthService, where('executor')),
  };
  clients.push(connected);
  return connected;
}

export async function run({ executor }: Clients, code: string): Promise<string> {
  const program = Program.fromPartial({ language: 'sh', code });
  const { result } = await executor.execute({ program }, { timeoutMs: 20_000 });
  return result === undefined ? '' : outputOf(result);
}

/** What a stream of the Executor brings. */
export function eventsOf(stream: ReturnType<Clients['executor']['interact']>) {
  return stream.iterator() as AsyncIterableIterator<InteractResponse>;
}

export async function failure(call: Promise<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    return RpcError.from(error);
  }
  throw new Error('the call has succeeded');
}

export async function served(connected: Clients): Promise<void> {
  await waitFor('an Executor that serves', async () => {
    const error = await run(connected, 'true').catch((each: unknown) => RpcError.from(each));
    if (!(error instanceof RpcError)) return true;
    if (error.code !== status.UNAVAILABLE) throw error;
    return false;
  });
}

export async function stopServices(): Promise<void> {
  for (const name of [...serviceNames].reverse()) await system.service(name).stop();
}

/** Puts a file in the place of another, as whoever writes files with care does. */
export async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
