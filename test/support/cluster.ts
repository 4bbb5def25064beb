// Several hosts behind a real HAProxy: each has services and a machine of its own, all are processes of this host.

import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { type HaproxyOptions, haproxyConfiguration } from '../../services/cli/cluster/haproxy.js';
import { ExecutorServiceService } from '../../services/gen/pbot/vm/v1/executor.js';
import { connect } from '../../services/lib/access/client-access.js';
import { makeToken } from '../../services/lib/access/tokens.js';
import type { RpcClient } from '../../services/lib/rpc/client.js';
import { haproxy, haproxyEnvironment } from './haproxy.js';
import { freePorts } from './ports.js';
import { startProcess, type TestProcess } from './process.js';
import { type ServiceName, TestSystem } from './system.js';
import { waitFor } from './wait.js';

/** Beyond loopback on any host, so that tokens are asked for. */
const everywhere = '0.0.0.0';

/** Clients that have a token. */
const clientNames = ['alice', 'bob'] as const;

type ClientName = (typeof clientNames)[number];

/** The three services of a host, each a process, and its machine. */
export interface HostSystem {
  /** Starts the machine and the services. */
  launchAll(): Promise<void>;
  start(name: ServiceName): TestProcess;
  service(name: ServiceName): TestProcess;
  /** Ends a service, with SIGTERM where no signal is given, and starts it again. */
  restart(name: ServiceName, options?: { signal?: NodeJS.Signals }): Promise<void>;
  /** Ends every process. */
  stop(): Promise<void>;
}

/** Makes a host, which is not started yet. The variables are those by which it is one of a cluster. */
type CreateSystem = (environment: Readonly<Record<string, string>>) => Promise<HostSystem>;

/** A host whose machine is a guest server that is not confined, with so many slots. */
export function unconfinedHost(capacity: number): CreateSystem {
  return (environment) => TestSystem.create(environment, { capacity });
}

/** One host of a cluster. */
export interface TestHost {
  readonly system: HostSystem;
  /** All hosts have the same agent port. */
  readonly address: string;
  readonly serverPort: number;
}

export class TestCluster {
  readonly hosts: readonly TestHost[];
  /** Where clients connect. */
  readonly port: number;
  readonly #directory: string;
  readonly #agentPort: number;
  readonly #peerPort: number;
  #proxy: TestProcess | undefined;

  private constructor(options: {
    directory: string;
    hosts: readonly TestHost[];
    ports: { client: number; agent: number; peer: number };
  }) {
    this.#directory = options.directory;
    this.hosts = options.hosts;
    this.port = options.ports.client;
    this.#agentPort = options.ports.agent;
    this.#peerPort = options.ports.peer;
  }

  /** Starts the hosts and HAProxy, and waits until all of them take work. */
  static async start(createSystems: readonly CreateSystem[]): Promise<TestCluster> {
    await haproxy(['-v']);
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-cluster-'));
    const [client, agent, peer] = (await freePorts(3)) as [number, number, number];
    await writeTokens(directory);
    const hosts = await createHosts(createSystems, { directory, agent });
    const ports = { client, agent, peer };
    const cluster = new TestCluster({ directory, hosts, ports });
    try {
      await Promise.all(hosts.map(({ system }) => system.launchAll()));
      await cluster.startProxy();
      await cluster.available();
    } catch (error) {
      const watchdogs = hosts.map(({ system }) => system.service('watchdog').output());
      await cluster.stop();
      throw new Error(`the cluster has not started; its Watchdogs: ${watchdogs.join('\n')}`, {
        cause: error,
      });
    }
    return cluster;
  }

  /** A client whose calls go through HAProxy, with the token of that name; nobody has none. */
  connect(name: ClientName | 'nobody' = 'alice'): RpcClient<ExecutorServiceService> {
    const tokenFile = name === 'nobody' ? undefined : this.tokenFileOf(name);
    return connect(
      ExecutorServiceService,
      {
        address: { kind: 'tcp', host: everywhere, port: this.port },
        access: { tls: false, tlsCa: undefined, tlsCert: undefined, tlsKey: undefined, tokenFile },
      },
      // Each client has a connection of its own, as if it were another process.
      { 'grpc.use_local_subchannel_pool': 1, 'grpc.max_receive_message_length': -1 },
    );
  }

  /** The file with the token of that name. */
  tokenFileOf(name: ClientName): string {
    return join(this.#directory, name);
  }

  async tokenOf(name: ClientName): Promise<string> {
    return await readFile(this.tokenFileOf(name), 'utf8');
  }

  /** @param hosts how many of the hosts HAProxy knows; all unless given */
  async startProxy(hosts = this.hosts.length): Promise<void> {
    const path = join(this.#directory, 'haproxy.cfg');
    await writeFile(path, haproxyConfiguration(this.#proxyOptions(hosts)));
    this.#proxy = startProcess('haproxy', ['-W', '-f', path], haproxyEnvironment);
    await waitFor('HAProxy', () => isListening(this.port));
  }

  /** As `systemctl reload haproxy`: another process takes new connections, and the old one ends what it has. */
  reloadProxy(): void {
    this.#proxy?.child.kill('SIGUSR2');
  }

  /** Ends HAProxy without a warning. */
  async killProxy(): Promise<void> {
    const proxy = this.#proxy;
    if (proxy?.child.pid === undefined) return;
    // The parent may have several processes after a reload.
    const { stdout } = await execa('ps', ['-o', 'pid=', '--ppid', String(proxy.child.pid)], {
      reject: false,
    });
    for (const pid of stdout.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
    await proxy.stop('SIGKILL');
  }

  /** What HAProxy has printed. */
  get proxyOutput(): string {
    return this.#proxy?.output() ?? '';
  }

  /** Waits until each host says that it takes work. */
  async available(): Promise<void> {
    for (const host of this.hosts) {
      const isUp = async () => (await this.askAgent(host)).startsWith('up ');
      await waitFor(`work on ${host.address}`, isUp, 60_000);
    }
  }

  /** What the agent of a host answers; nothing where it does not listen. */
  async askAgent({ address }: TestHost): Promise<string> {
    const socket = connectSocket(this.#agentPort, address);
    return await text(socket).catch(() => '');
  }

  async stop(): Promise<void> {
    await this.killProxy();
    await Promise.all(this.hosts.map(({ system }) => system.stop()));
    await rm(this.#directory, { recursive: true });
  }

  #proxyOptions(hosts: number): HaproxyOptions {
    return {
      hosts: this.hosts
        .slice(0, hosts)
        .map(({ address, serverPort }) => ({ kind: 'tcp', host: address, port: serverPort })),
      bind: `127.0.0.1:${this.port}`,
      agentPort: this.#agentPort,
      peerPort: this.#peerPort,
      // All of a thousand clients wait to their end.
      maxQueueSeconds: 600,
      lines: true,
    };
  }
}

async function writeTokens(directory: string): Promise<void> {
  const entries: string[] = [];
  for (const name of clientNames) {
    const { token, entry } = makeToken(name);
    await writeFile(join(directory, name), token);
    entries.push(entry);
  }
  await writeFile(join(directory, 'tokens.json'), `[${entries.join(',')}]`);
}

/** One after another. Where one can't be made, nothing is left of the others. */
async function createHosts(
  createSystems: readonly CreateSystem[],
  options: { directory: string; agent: number },
): Promise<TestHost[]> {
  const hosts: TestHost[] = [];
  try {
    for (const [i, createSystem] of createSystems.entries()) {
      hosts.push(await createHost({ ...options, createSystem, address: `127.0.0.${11 + i}` }));
    }
  } catch (error) {
    for (const { system } of hosts) await system.stop();
    throw error;
  }
  return hosts;
}

async function createHost(options: {
  createSystem: CreateSystem;
  directory: string;
  address: string;
  agent: number;
}): Promise<TestHost> {
  const { createSystem, directory, address, agent } = options;
  const [serverPort] = (await freePorts(1)) as [number];
  const system = await createSystem({
    PBOTVM_SERVER: `${everywhere}:${serverPort}`,
    PBOTVM_AGENT: `${address}:${agent}`,
    // HAProxy connects from there.
    PBOTVM_PROXY: '127.0.0.1',
    PBOTVM_TLS: 'off',
    PBOTVM_TOKENS: join(directory, 'tokens.json'),
    PBOTVM_LINES: 'everywhere',
  });
  return { system, address, serverPort };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connectSocket(port, '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
