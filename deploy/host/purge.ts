// Stops what `pbot-vm up` has started, and removes what it has made.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runDirectory } from '../../services/lib/config/own-machines.js';
import type { Host } from './host.js';
import { removeCutShort } from './image/scratch.js';
import { unlinkPrograms } from './links.js';
import { isOurs, type Machine, machinesOf, removeMachine, stopMachine } from './machine.js';
import { stopServices } from './services.js';
import { removeUnits } from './systemd/systemd.js';
import { stopGrowth } from './up/growth.js';

/** Stops the services, and those of the machines that are ours. All is kept. @returns what was done, line by line */
export async function bringDown(host: Host): Promise<string[]> {
  const growth = (await stopGrowth(host)) ? ['stopped adding languages'] : [];
  const services = (await stopServices(host)) ? 'stopped the services' : 'no services were running';
  const lines = [...growth, services];
  for (const machine of machinesOf(host)) lines.push(await bringMachineDown(machine));
  return lines;
}

/**
 * Removes the machines. With the last machine of this home, also removes the home, the links and, unless they are to be
 * kept, the images.
 *
 * @returns what was done, line by line
 */
export async function purge(host: Host, options: { keepImages: boolean }): Promise<string[]> {
  const lines = await bringDown(host);
  await removeCutShort();
  for (const machine of machinesOf(host)) {
    if (await isOurs(machine)) lines.push(`removed ${machine.domain}`);
    await removeMachine(machine);
  }
  lines.push(...(await removeUnits(host)));
  await rm(runDirectory(host), { recursive: true, force: true });
  if ((await otherMachines(host)).length > 0) return lines;
  lines.push(...(await unlinkPrograms(host)));
  const directories = [host.homeDirectory, ...(options.keepImages ? [] : [host.cacheDirectory])];
  for (const directory of directories) {
    await rm(directory, { recursive: true, force: true });
    lines.push(`removed ${directory}`);
  }
  return lines;
}

/** Machines of this home that are in another pool. */
export async function otherMachines(host: Host): Promise<string[]> {
  const machines = await readdir(join(host.homeDirectory, 'machines')).catch(() => []);
  return machines.filter((name) => !host.machines.some(({ domain }) => domain === name));
}

async function bringMachineDown(machine: Machine): Promise<string> {
  const { domain } = machine;
  if (!(await isOurs(machine))) {
    return `${domain} was not made here: stop it with "virsh -c ${machine.host.uri} shutdown ${domain}"`;
  }
  return (await stopMachine(machine)) ? `stopped ${domain}` : `${domain} was not running`;
}
