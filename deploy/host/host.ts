// The host that `pbot-vm` runs on: its directories, its libvirt connection, the addresses of its services, its machines.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allSettings } from '../../services/cli/settings.js';
import type { ClientAccess } from '../../services/lib/access/client-access.js';
import type { Address } from '../../services/lib/config/address.js';
import {
  homeDirectoryOf,
  namesChannels,
  poolPath,
} from '../../services/lib/config/own-machines.js';
import {
  configuredMachines,
  type MachineConfig,
  type MachineEntry,
  readPoolFile,
} from '../../services/lib/config/pool.js';
import { configuredPolicy, type RevertPolicy } from '../../services/lib/config/revert-policy.js';
import { withServiceSockets } from '../../services/lib/config/service-sockets.js';
import { readSettings } from '../../services/lib/config/settings.js';
import { connectVirsh, type Virsh } from './libvirt/virsh.js';
import { unitAddresses } from './systemd/set.js';

/** This host as the person who runs `pbot-vm` sees it. */
export interface Host {
  readonly isRoot: boolean;
  /** libvirt connection. */
  readonly uri: string;
  /** virsh at that connection. */
  readonly virsh: Virsh;
  /** Holds the machines, and the state of `vm-server`. */
  readonly homeDirectory: string;
  /** Where the operator's own languages are. */
  readonly languageDirectory: string;
  /** Holds the images; can be removed at any time. */
  readonly cacheDirectory: string;
  /** Names the files that the services of all machines share. */
  readonly poolName: string;
  /** Settings of its machines; `machinesOf` returns the machines. There is at least one. */
  readonly machines: readonly MachineConfig[];
  /** When the services revert machines. With `never` they start none that is off either. */
  readonly revertPolicy: RevertPolicy;
  /** `user`: a file that the user has written names the machines; `own`: one of ours does, or there is one machine. */
  readonly poolOrigin: 'user' | 'own';
  /** The TCP addresses of the first machine, where its channels are TCP ports. */
  readonly ports: { readonly serial: Address; readonly heart: Address };
  /** How `up` makes channels: where the user has said, else at Unix sockets that this user can open, else at `ports`. */
  readonly channels: 'as-named' | 'sockets' | 'ports';
  /** Where the services listen. */
  readonly addresses: {
    readonly executor: Address;
    readonly watchdog: Address;
    readonly snapshot: Address;
    /** Of the Executor, for its operator. */
    readonly control?: Address | undefined;
  };
  /** To services beyond loopback. */
  readonly access: ClientAccess;
}

/** Time for a virsh that changes something on a slow host. */
const virshLimitMs = 60_000;

/** What the services alone read may be none of this user's business. */
const {
  tlsClientCa: _tlsClientCa,
  tokens: _tokens,
  secret: _secret,
  ...hostSettings
} = allSettings;

/**
 * Reads the host from the environment. Its machines are those of PBOTVM_MACHINES, else those that `pbot-vm up --machines`
 * has made, else the one of the variables.
 *
 * @throws UserError
 */
export function readHost(environment: NodeJS.ProcessEnv, uid: number): Host {
  const config = readSettings(hostSettings, withServiceSockets(environment, uid));
  const isRoot = uid === 0;
  const userHome = environment['HOME'] ?? '/';
  const cacheHome = environment['XDG_CACHE_HOME'] ?? join(userHome, '.cache');
  const homeDirectory = homeDirectoryOf(environment, uid);
  const uri = config.libvirtUri ?? (isRoot ? 'qemu:///system' : 'qemu:///session');
  const poolName = config.domain;
  const isNamedByUser = Boolean(environment[hostSettings.machines.variable]);
  const own = isNamedByUser ? undefined : readOwnPool({ homeDirectory, poolName, environment });
  return {
    isRoot,
    uri,
    virsh: connectVirsh({ uri, environment, timeoutMs: virshLimitMs }),
    homeDirectory,
    languageDirectory: config.ownLanguages,
    cacheDirectory: config.cache ?? (isRoot ? '/var/cache/pbot-vm' : join(cacheHome, 'pbot-vm')),
    poolName,
    machines: configuredMachines({ ...config, machines: isNamedByUser ? config.machines : own }),
    revertPolicy: configuredPolicy(config),
    poolOrigin: isNamedByUser ? 'user' : 'own',
    ports: { serial: config.serial, heart: config.heart },
    channels: channelsOf({ uri, isRoot, areNamed: isNamedByUser || namesChannels(environment) }),
    addresses: unitAddresses(
      {
        poolName,
        addresses: {
          executor: config.server,
          watchdog: config.watchdog,
          snapshot: config.snapshot,
          control: config.control,
        },
      },
      environment,
    ),
    access: config,
  };
}

/**
 * What `up` has written down. A variable that names a channel means the one machine of the variables, unless there are
 * several.
 *
 * @throws UserError
 */
function readOwnPool(options: {
  homeDirectory: string;
  poolName: string;
  environment: NodeJS.ProcessEnv;
}): MachineEntry[] | undefined {
  const path = poolPath(options);
  if (!existsSync(path)) return undefined;
  const machines = readPoolFile(path);
  return machines.length === 1 && namesChannels(options.environment) ? undefined : machines;
}

/** The sockets of a machine belong to root, or to the user of the session daemon; nobody else can open them. */
function channelsOf(options: {
  uri: string;
  isRoot: boolean;
  areNamed: boolean;
}): Host['channels'] {
  if (options.areNamed) return 'as-named';
  return options.isRoot || isSession(options.uri) ? 'sockets' : 'ports';
}

/** Whether QEMU runs as the user of this connection. */
export function isSession(uri: string): boolean {
  return uri.endsWith('/session');
}
