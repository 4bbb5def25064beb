import { join } from 'node:path';
import type { Address } from '../services/lib/address.js';
import { readVariables, variables } from '../services/lib/variables.js';

/** This host as the person who runs `pbot-vm` sees it. */
export interface Host {
  readonly isRoot: boolean;
  /** libvirt connection. */
  readonly uri: string;
  /** Machines, and the state of `vm-server`. */
  readonly homeDirectory: string;
  /** Images; can be removed at any time. */
  readonly cacheDirectory: string;
  readonly domain: string;
  readonly snapshotName: string;
  readonly addresses: {
    readonly data: Address;
    readonly heart: Address;
    readonly executor: Address;
    readonly watchdog: Address;
    readonly snapshot: Address;
  };
}

/** @throws ConfigError */
export function readHost(environment: NodeJS.ProcessEnv, uid: number): Host {
  const config = readVariables(variables, environment);
  const isRoot = uid === 0;
  const userHome = environment['HOME'] ?? '/';
  const dataHome = environment['XDG_DATA_HOME'] ?? join(userHome, '.local/share');
  const cacheHome = environment['XDG_CACHE_HOME'] ?? join(userHome, '.cache');
  return {
    isRoot,
    uri: config.libvirtUri ?? (isRoot ? 'qemu:///system' : 'qemu:///session'),
    homeDirectory: config.home ?? (isRoot ? '/var/lib/pbot-vm' : join(dataHome, 'pbot-vm')),
    cacheDirectory: config.cache ?? (isRoot ? '/var/cache/pbot-vm' : join(cacheHome, 'pbot-vm')),
    domain: config.domain,
    snapshotName: config.snapshotName,
    addresses: {
      data: config.serial,
      heart: config.heart,
      executor: config.server,
      watchdog: config.watchdog,
      snapshot: config.snapshot,
    },
  };
}

/** Where the process id and the log of a machine's `vm-server` are. */
export function runDirectory(host: Host): string {
  return join(host.homeDirectory, 'run', host.domain);
}

/** Where the files of a machine are. */
export function machineDirectory(host: Host): string {
  return join(host.homeDirectory, 'machines', host.domain);
}
