import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientAccess } from '../../services/lib/access/client-access.js';
import type { Address } from '../../services/lib/config/address.js';
import {
  configuredMachines,
  type MachineConfig,
  readPoolFile,
} from '../../services/lib/config/pool.js';
import { readVariables, variables } from '../../services/lib/config/variables.js';

/** This host as the person who runs `pbot-vm` sees it, and one of its machines. */
export interface Host {
  readonly isRoot: boolean;
  /** libvirt connection. */
  readonly uri: string;
  /** Machines, and the state of `vm-server`. */
  readonly homeDirectory: string;
  /** Images; can be removed at any time. */
  readonly cacheDirectory: string;
  /** Names what the services of all its machines have together. */
  readonly poolName: string;
  /** All machines, this one included. */
  readonly machines: readonly MachineConfig[];
  /** `user`: a file that the user has written names the machines; `own`: one of ours does, or there is one machine. */
  readonly poolOrigin: 'user' | 'own';
  /** Of this machine. */
  readonly name: string;
  readonly domain: string;
  readonly snapshotName: string;
  readonly addresses: {
    /** Of this machine. */
    readonly data: Address;
    readonly heart: Address;
    /** Of the services. */
    readonly executor: Address;
    readonly watchdog: Address;
    readonly snapshot: Address;
  };
  /** To services beyond loopback. */
  readonly access: ClientAccess;
}

/** What the services alone read may be none of this user's business. */
const { tlsClientCa: _tlsClientCa, tokens: _tokens, ...hostVariables } = variables;

/**
 * This host, and the first of its machines: those of PBOTVM_MACHINES, else those that `pbot-vm up --machines` has made, else
 * the one of the variables.
 *
 * @throws ConfigError, PoolError
 */
export function readHost(environment: NodeJS.ProcessEnv, uid: number): Host {
  const config = readVariables(hostVariables, environment);
  const isRoot = uid === 0;
  const userHome = environment['HOME'] ?? '/';
  const dataHome = environment['XDG_DATA_HOME'] ?? join(userHome, '.local/share');
  const cacheHome = environment['XDG_CACHE_HOME'] ?? join(userHome, '.cache');
  const homeDirectory = config.home ?? (isRoot ? '/var/lib/pbot-vm' : join(dataHome, 'pbot-vm'));
  const ownFile = poolPath({ homeDirectory, poolName: config.domain });
  const own = existsSync(ownFile) ? readPoolFile(ownFile) : undefined;
  const host = {
    isRoot,
    uri: config.libvirtUri ?? (isRoot ? 'qemu:///system' : 'qemu:///session'),
    homeDirectory,
    cacheDirectory: config.cache ?? (isRoot ? '/var/cache/pbot-vm' : join(cacheHome, 'pbot-vm')),
    poolName: config.domain,
    poolOrigin: config.machines === undefined ? ('own' as const) : ('user' as const),
    addresses: {
      executor: config.server,
      watchdog: config.watchdog,
      snapshot: config.snapshot,
    },
    access: config,
  };
  return withMachines(host, configuredMachines({ ...config, machines: config.machines ?? own }));
}

/** The host as each of its machines sees it. */
export function hostsOf(host: Host): Host[] {
  return host.machines.map((machine) => withMachine(host, machine));
}

/** The host with other machines; the first one is this one. */
export function withMachines(
  host: Omit<Parameters<typeof withMachine>[0], 'machines'>,
  all: readonly MachineConfig[],
): Host {
  return withMachine({ ...host, machines: all }, all[0] as MachineConfig);
}

/** Where the process id and the log of `vm-server` are. */
export function runDirectory(host: Pick<Host, 'homeDirectory' | 'poolName'>): string {
  return join(host.homeDirectory, 'run', host.poolName);
}

/** Where `pbot-vm up --machines` writes down what it has made. */
export function poolPath(host: Pick<Host, 'homeDirectory' | 'poolName'>): string {
  return join(runDirectory(host), 'machines.json');
}

/** Where the files of a machine are. */
export function machineDirectory(host: Host): string {
  return join(host.homeDirectory, 'machines', host.domain);
}

type ServiceAddresses = Pick<Host['addresses'], 'executor' | 'watchdog' | 'snapshot'>;

function withMachine(
  host: Pick<
    Host,
    | 'isRoot'
    | 'uri'
    | 'homeDirectory'
    | 'cacheDirectory'
    | 'poolName'
    | 'poolOrigin'
    | 'machines'
    | 'access'
  > & { readonly addresses: ServiceAddresses },
  machine: MachineConfig,
): Host {
  const { name, domain, snapshotName, serial, heart } = machine;
  const addresses = { ...host.addresses, data: serial, heart };
  return { ...host, name, domain, snapshotName, addresses };
}
