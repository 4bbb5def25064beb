// The pool: how many machines the host has, and where that is written down.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Address } from '../../services/lib/config/address.js';
import { formatPool, type MachineConfig, requireDistinct } from '../../services/lib/config/pool.js';
import { UserError } from '../../services/lib/process/user-error.js';
import { type Host, poolPath } from './host.js';
import { machinesOf, removeMachine } from './machine.js';

/**
 * The host with so many machines of ours: the first one as the variables say, the others numbered, each on the next two
 * ports. Machines that exist keep their settings.
 *
 * @throws UserError where the user's own file names the machines, or there is no room for their ports
 */
export function resizePool(host: Host, count: number): Host {
  if (host.poolOrigin === 'user') {
    throw new UserError(
      'PBOTVM_MACHINES names the machines: change that file, or unset it to have --machines make them.',
    );
  }
  const [first] = host.machines;
  if (first === undefined) return host;
  const machines = Array.from(
    { length: count },
    (_, i) => host.machines[i] ?? numbered(first, i + 1),
  );
  try {
    requireDistinct(machines);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${count} machines can't be numbered from PBOTVM_SERIAL and PBOTVM_HEART: ${error.message}.`,
    );
  }
  return { ...host, machines };
}

/** Removes those of our machines that are in the one pool and not in the other. @returns their names */
export async function removeSurplus(options: { before: Host; after: Host }): Promise<string[]> {
  const kept = options.after.machines.map(({ domain }) => domain);
  const surplus = machinesOf(options.before).filter(({ domain }) => !kept.includes(domain));
  for (const machine of surplus) await removeMachine(machine);
  return surplus.map(({ domain }) => domain);
}

/** Writes down which machines there are, for the services and for later commands. One machine needs no file. */
export async function savePool(host: Host): Promise<void> {
  if (host.poolOrigin === 'user') return;
  const path = poolPath(host);
  if (host.machines.length === 1) return await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, formatPool(host.machines));
}

/** What the environment of the services holds beside the user's own. */
export function poolEnvironment(host: Host): NodeJS.ProcessEnv {
  if (host.poolOrigin === 'user' || host.machines.length === 1) return {};
  return { PBOTVM_MACHINES: poolPath(host) };
}

function numbered(first: MachineConfig, number: number): MachineConfig {
  const domain = `${first.domain}-${number}`;
  return {
    ...first,
    name: domain,
    domain,
    serial: nextTo(first.serial, number),
    heart: nextTo(first.heart, number),
  };
}

/** Data and heartbeat have two ports in a row, and so has each machine. */
function nextTo(address: Address, number: number): Address {
  if (address.kind === 'unix') return { ...address, path: `${address.path}-${number}` };
  const port = address.port + 2 * (number - 1);
  if (port > 65535) throw new UserError(`There is no port ${port} for machine ${number}.`);
  return { ...address, port };
}
