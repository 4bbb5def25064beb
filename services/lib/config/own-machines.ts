// Where `pbot-vm up` keeps its machines, and the file by which the services find them.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../process/user-error.js';
import { formatAddress } from './address.js';
import { type MachineEntry, readPoolFile } from './pool.js';
import { addressSchema } from './setting-schemas.js';

/** Where machines are kept: PBOTVM_HOME, else a directory of the user. */
export function homeDirectoryOf(environment: NodeJS.ProcessEnv, uid = process.getuid?.()): string {
  if (environment['PBOTVM_HOME']) return environment['PBOTVM_HOME'];
  if (uid === 0) return '/var/lib/pbot-vm';
  const userHome = environment['HOME'] ?? '/';
  return join(environment['XDG_DATA_HOME'] ?? join(userHome, '.local/share'), 'pbot-vm');
}

/** Where the process id and the log of `vm-server` are, and the file of the machines. */
export function runDirectory(options: { homeDirectory: string; poolName: string }): string {
  return join(options.homeDirectory, 'run', options.poolName);
}

/** Where `pbot-vm up` writes down what it has made. */
export function poolPath(options: { homeDirectory: string; poolName: string }): string {
  return join(runDirectory(options), 'machines.json');
}

/** Whether the environment says where the channels are. They are then where it says, at TCP ports by default. */
export function namesChannels(environment: NodeJS.ProcessEnv): boolean {
  return Boolean(environment['PBOTVM_SERIAL'] || environment['PBOTVM_HEART']);
}

/** The file of the machines that `pbot-vm up` has made, where there is one and the environment does not say otherwise. */
export function ownPoolFile(environment: NodeJS.ProcessEnv): string | undefined {
  if (namesChannels(environment)) return undefined;
  const homeDirectory = homeDirectoryOf(environment);
  return ifThere(poolPath({ homeDirectory, poolName: domainOf(environment) }));
}

/** Where the files of a machine are that `pbot-vm up` makes. */
export function machineDirectory(options: { homeDirectory: string; domain: string }): string {
  return join(options.homeDirectory, 'machines', options.domain);
}

/** Where the secret of such a machine is. */
export function machineSecretPath(options: { homeDirectory: string; domain: string }): string {
  return join(machineDirectory(options), 'secret');
}

/** The secret of a machine, where `pbot-vm up` has made one. */
export function findSecret(options: { homeDirectory: string; domain: string }): string | undefined {
  return ifThere(machineSecretPath(options));
}

/**
 * The secret of the machine that PBOTVM_SERIAL leads to, where `pbot-vm up` has made it. The address decides and not the
 * name: a machine made by hand may have the name of another, but not its channel.
 */
export function ownSecretFile(environment: NodeJS.ProcessEnv): string | undefined {
  if (!namesChannels(environment)) return undefined;
  const { data: serial } = addressSchema('5555').safeParse(environment['PBOTVM_SERIAL']);
  if (serial === undefined) return undefined;
  const isMeant = (machine: MachineEntry) =>
    formatAddress(machine.serial) === formatAddress(serial);
  return ownMachines(environment).find(isMeant)?.secretPath;
}

/** The machines that `pbot-vm up` has written down. A file that this user may not read, or that is no such file, tells of none. */
function ownMachines(environment: NodeJS.ProcessEnv): MachineEntry[] {
  const homeDirectory = homeDirectoryOf(environment);
  const pools = orNothing(() => readdirSync(join(homeDirectory, 'run')));
  return pools.flatMap((poolName) =>
    orNothing(() => readPoolFile(poolPath({ homeDirectory, poolName }))),
  );
}

/** What `read` finds; nothing where the system or the format of the file says no. */
function orNothing<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError || (error instanceof Error && 'code' in error)) return [];
    throw error;
  }
}

function domainOf(environment: NodeJS.ProcessEnv): string {
  return environment['PBOTVM_DOMAIN'] || 'pbot-vm';
}

function ifThere(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
