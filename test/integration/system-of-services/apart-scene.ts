// Executor, Watchdog and Snapshot service as on three hosts: each has a process tree, a user and a network of its own. TLS and tokens
// stand between them. This host, with the guest server, is their machine.

import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ExecutorServiceService, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { WatchdogServiceService } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { type ClientAccess, connect } from '../../../services/lib/access/client-access.js';
import { makeToken } from '../../../services/lib/access/tokens.js';
import { parseAddress } from '../../../services/lib/config/address.js';
import { CleanupStack } from '../../../services/lib/process/cleanup.js';
import type { RpcClient } from '../../../services/lib/rpc/client.js';
import { TestAuthority } from '../../support/certificates.js';
import { fakeMachine } from '../../support/fake-virsh.js';
import { TestMachine } from '../../support/machine.js';
import { type Cable, NetworkNamespaces, relay } from '../../support/network-namespaces.js';
import { freePorts } from '../../support/ports.js';
import { startProcess, type TestProcess } from '../../support/process.js';
import { sharedPrograms } from '../../support/programs.js';
import { outputOf, type ServiceName } from '../../support/system.js';

export const serviceNames = ['executor', 'watchdog', 'snapshot'] as const;

/** Users that this host need not know. */
const users = { executor: 64101, watchdog: 64102, snapshot: 64103 } as const;
const ports = { executor: 9000, watchdog: 9100, snapshot: 9200 } as const;

type Variables = Record<string, string>;

export class ServicesApart {
  readonly executor: RpcClient<ExecutorServiceService>;
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly snapshot: RpcClient<SnapshotServiceService>;
  readonly machine: TestMachine;
  /** Where the programs that run leave what they are. */
  readonly ledger: string;
  readonly #parts: Parts;
  readonly #running = new Map<ServiceName, TestProcess>();

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.machine = parts.machine;
    this.ledger = join(parts.directory, 'ledger');
    const where = (name: ServiceName) => ({
      address: parseAddress(`${parts.cables[name].far}:${ports[name]}`),
      access: parts.operator,
    });
    this.executor = connect(ExecutorServiceService, where('executor'));
    this.watchdog = connect(WatchdogServiceService, where('watchdog'));
    this.snapshot = connect(SnapshotServiceService, where('snapshot'));
  }

  /** Needs root. No service runs yet. */
  static async create(): Promise<ServicesApart> {
    const cleanup = new CleanupStack();
    try {
      return new ServicesApart(await makeParts(cleanup));
    } catch (error) {
      await cleanup.run();
      throw error;
    }
  }

  start(name: ServiceName): void {
    const { namespaces, environments, programs } = this.#parts;
    const user = String(users[name]);
    const identity = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
    const program = [process.execPath, join(programs, `${name}.js`)];
    const words = ['netns', 'exec', namespaces[name], 'setpriv', ...identity, ...program];
    this.#running.set(name, startProcess('ip', words, environments[name]));
  }

  service(name: ServiceName): TestProcess {
    const service = this.#running.get(name);
    if (service === undefined) throw new Error(`${name} was never started`);
    return service;
  }

  /** Runs a program of `sh`. @throws RpcError */
  async run(code: string, more: Partial<Program> & { timeoutMs?: number } = {}): Promise<string> {
    const { timeoutMs = 20_000, ...rest } = more;
    const program = Program.fromPartial({ language: 'sh', code, ...rest });
    const { result } = await this.executor.execute({ program }, { timeoutMs });
    return result === undefined ? '' : outputOf(result);
  }

  /** Runs a program as the user of a service, where that service is. */
  async as(name: ServiceName, ...command: string[]) {
    const user = String(users[name]);
    const words = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...command];
    return await execa('ip', ['netns', 'exec', this.#parts.namespaces[name], ...words], {
      reject: false,
      stdin: 'ignore',
    });
  }

  /** Directory of what is a service's alone. */
  homeOf(name: ServiceName): string {
    return join(this.#parts.directory, name);
  }

  async remove(): Promise<void> {
    for (const client of [this.executor, this.watchdog, this.snapshot]) client.close();
    for (const service of this.#running.values()) await service.stop('SIGKILL');
    await this.#parts.cleanup.run();
  }
}

interface Parts {
  readonly cleanup: CleanupStack;
  readonly directory: string;
  readonly programs: string;
  readonly machine: TestMachine;
  readonly namespaces: Readonly<Record<ServiceName, string>>;
  /** From this process to each service. */
  readonly cables: Readonly<Record<ServiceName, Cable>>;
  readonly environments: Readonly<Record<ServiceName, Variables>>;
  readonly operator: ClientAccess;
}

async function makeParts(cleanup: CleanupStack): Promise<Parts> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-apart-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  await chmod(directory, 0o755);
  const programs = await copyPrograms(directory);
  const [data, heart] = (await freePorts(2)) as [number, number];
  const programPath = sharedPrograms().guestServer;
  const machine = await TestMachine.create({ ports: { data, heart }, programPath, capacity: 2 });
  cleanup.defer(() => machine.remove());
  const { virsh } = machine;
  await execa('chown', ['-R', String(users.snapshot), virsh.environment['FAKE_VIRSH'] ?? '']);

  const network = new NetworkNamespaces();
  cleanup.defer(() => network.remove());
  const namespaces = {
    executor: await network.add('executor'),
    watchdog: await network.add('watchdog'),
    snapshot: await network.add('snapshot'),
  };
  const cables = {
    executor: await network.join(undefined, namespaces.executor),
    watchdog: await network.join(undefined, namespaces.watchdog),
    snapshot: await network.join(undefined, namespaces.snapshot),
  };
  const toWatchdog = await network.join(namespaces.executor, namespaces.watchdog);
  const toSnapshot = await network.join(namespaces.watchdog, namespaces.snapshot);
  for (const [cable, port] of [
    [cables.executor, data],
    [cables.watchdog, heart],
    [cables.snapshot, machine.controlPort],
  ] as const) {
    cleanup.defer(await relay(cable.near, port));
  }

  const addresses = {
    executor: [cables.executor.far],
    watchdog: [cables.watchdog.far, toWatchdog.far],
    snapshot: [cables.snapshot.far, toSnapshot.far],
  };
  const { secrets, operator } = await makeSecrets(directory, addresses);
  const everywhere = (name: ServiceName) => `0.0.0.0:${ports[name]}`;
  const places = {
    executor: {
      PBOTVM_SERVER: everywhere('executor'),
      PBOTVM_WATCHDOG: `${toWatchdog.far}:${ports.watchdog}`,
      PBOTVM_SERIAL: `${cables.executor.near}:${data}`,
    },
    watchdog: {
      PBOTVM_WATCHDOG: everywhere('watchdog'),
      PBOTVM_SNAPSHOT: `${toSnapshot.far}:${ports.snapshot}`,
      PBOTVM_HEART: `${cables.watchdog.near}:${heart}`,
    },
    snapshot: {
      ...machine.environment,
      FAKE_VIRSH_MACHINE: fakeMachine(cables.snapshot.near, machine.controlPort),
      PBOTVM_SNAPSHOT: everywhere('snapshot'),
    },
  };
  const environment = (name: ServiceName): Variables => ({
    PATH: process.env['PATH'] ?? '',
    // The user is in no list of this host.
    HOME: join(directory, name),
    PBOTVM_DOMAIN: 'pbot-vm',
    PBOTVM_HOME: join(directory, name, 'home'),
    PBOTVM_STATE: join(directory, name, 'state'),
    ...secrets[name],
    ...places[name],
  });
  const environments = {
    executor: environment('executor'),
    watchdog: environment('watchdog'),
    snapshot: environment('snapshot'),
  };
  return { cleanup, directory, programs, machine, namespaces, cables, environments, operator };
}

/** The bundles, where every user may read them. */
async function copyPrograms(directory: string): Promise<string> {
  const programs = join(directory, 'programs');
  await mkdir(programs);
  for (const name of serviceNames) await cp(sharedPrograms()[name], join(programs, `${name}.js`));
  await chmod(programs, 0o755);
  return programs;
}

/** Each service has a certificate, a list of who may call it, and a token for the next one; nobody else reads them. */
async function makeSecrets(
  directory: string,
  addresses: Readonly<Record<ServiceName, readonly string[]>>,
) {
  const authority = await TestAuthority.create(directory, 'ca');
  await chmod(authority.cert, 0o644);
  const tokens = {
    operator: makeToken('operator'),
    executor: makeToken('executor'),
    watchdog: makeToken('watchdog'),
  };
  const allowed = (service: string, ...who: (keyof typeof tokens)[]) =>
    JSON.stringify(
      who.map((each) => ({
        ...(JSON.parse(tokens[each].entry) as object),
        services: each === 'operator' ? ['all'] : [service],
      })),
    );
  const lists = {
    executor: allowed('executor', 'operator'),
    watchdog: allowed('watchdog', 'operator', 'executor'),
    snapshot: allowed('snapshot', 'operator', 'watchdog'),
  };
  const secrets = new Map<ServiceName, Variables>();
  for (const name of serviceNames) {
    const home = join(directory, name);
    await mkdir(home, { mode: 0o700 });
    const { cert, key } = await authority.issue(name, addresses[name]);
    await cp(cert, join(home, 'server.pem'));
    await cp(key, join(home, 'server.key'));
    await writeFile(join(home, 'tokens.json'), lists[name]);
    await writeFile(join(home, 'token'), name === 'snapshot' ? '' : tokens[name].token);
    for (const file of await readdir(home)) {
      await chown(join(home, file), users[name], users[name]);
      await chmod(join(home, file), 0o600);
    }
    await chown(home, users[name], users[name]);
    secrets.set(name, {
      PBOTVM_TLS_CERT: join(home, 'server.pem'),
      PBOTVM_TLS_KEY: join(home, 'server.key'),
      PBOTVM_TLS_CA: authority.cert,
      PBOTVM_TOKENS: join(home, 'tokens.json'),
      ...(name === 'snapshot' ? {} : { PBOTVM_TOKEN_FILE: join(home, 'token') }),
    });
  }
  const tokenFile = join(directory, 'operator.token');
  await writeFile(tokenFile, tokens.operator.token, { mode: 0o600 });
  const operator: ClientAccess = {
    tls: true,
    tlsCa: authority.cert,
    tlsCert: undefined,
    tlsKey: undefined,
    tokenFile,
  };
  return { secrets: Object.fromEntries(secrets) as Record<ServiceName, Variables>, operator };
}
