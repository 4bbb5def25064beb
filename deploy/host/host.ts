// The host that `pbot-vm` runs on: its directories, its libvirt connection, the addresses of its services, its machines.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allSettings } from '../../services/cli/settings.js';
import type { ClientAccess } from '../../services/lib/access/client-access.js';
import type { Address } from '../../services/lib/config/address.js';
import {
  configuredMachines,
  type MachineConfig,
  readPoolFile,
} from '../../services/lib/config/pool.js';
import { readSettings } from '../../services/lib/config/settings.js';
import { connectVirsh, type Virsh } from './libvirt/virsh.js';

/** This host as the person who runs `pbot-vm` sees it. */
export interface Host {
  readonly isRoot: boolean;
  /** libvirt connection. */
  readonly uri: string;
  /** virsh at that connection. */
  readonly virsh: Virsh;
  /** Holds the machines, and the state of `vm-server`. */
  readonly homeDirectory: string;
  /** Holds the images; can be removed at any time. */
  readonly cacheDirectory: string;
  /** Names the files that the services of all machines share. */
  readonly poolName: string;
  /** Settings of its machines; `machinesOf` returns the machines. There is at least one. */
  readonly machines: readonly MachineConfig[];
  /** `user`: a file that the user has written names the machines; `own`: one of ours does, or there is one machine. */
  readonly poolOrigin: 'user' | 'own';
  /** Where the services listen. */
  readonly addresses: {
    readonly executor: Address;
    readonly watchdog: Address;
    readonly snapshot: Address;
  };
  /** To services beyond loopback. */
  readonly access: ClientAccess;
}

/** Time for a virsh that changes something on a slow host. */
const virshLimitMs = 60_000;

/** What the services alone read may be none of this user's business. */
const { tlsClientCa: _tlsClientCa, tokens: _tokens, ...hostSettings } = allSettings;

/**
 * Reads the host from the environment. Its machines are those of PBOTVM_MACHINES, else those that `pbot-vm up --machines`
 * has made, else the one of the variables.
 *
 * @throws UserError
 */
export function readHost(environment: NodeJS.ProcessEnv, uid: number): Host {
  const config = readSettings(hostSettings, environment);
  const isRoot = uid === 0;
  const userHome = environment['HOME'] ?? '/';
  const dataHome = environment['XDG_DATA_HOME'] ?? join(userHome, '.local/share');
  const cacheHome = environment['XDG_CACHE_HOME'] ?? join(userHome, '.cache');
  const homeDirectory = config.home ?? (isRoot ? '/var/lib/pbot-vm' : join(dataHome, 'pbot-vm'));
  const uri = config.libvirtUri ?? (isRoot ? 'qemu:///system' : 'qemu:///session');
  const poolName = config.domain;
  const ownFile = poolPath({ homeDirectory, poolName });
  const own = existsSync(ownFile) ? readPoolFile(ownFile) : undefined;
  return {
    isRoot,
    uri,
    virsh: connectVirsh({ uri, environment, timeoutMs: virshLimitMs }),
    homeDirectory,
    cacheDirectory: config.cache ?? (isRoot ? '/var/cache/pbot-vm' : join(cacheHome, 'pbot-vm')),
    poolName,
    machines: configuredMachines({ ...config, machines: config.machines ?? own }),
    poolOrigin: config.machines === undefined ? 'own' : 'user',
    addresses: {
      executor: config.server,
      watchdog: config.watchdog,
      snapshot: config.snapshot,
    },
    access: config,
  };
}

/** Where the process id and the log of `vm-server` are. */
export function runDirectory(host: Pick<Host, 'homeDirectory' | 'poolName'>): string {
  return join(host.homeDirectory, 'run', host.poolName);
}

/** Where `pbot-vm up --machines` writes down what it has made. */
export function poolPath(host: Pick<Host, 'homeDirectory' | 'poolName'>): string {
  return join(runDirectory(host), 'machines.json');
}
