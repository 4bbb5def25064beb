import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, hostsOf, runDirectory } from './host.js';
import { unlinkPrograms } from './links.js';
import { isOurs, removeMachine, stopMachine } from './machine.js';
import { stopServices } from './services.js';

/** Stops the services, and those of the machines that are ours. All is kept. @returns what was done, line by line */
export async function bringDown(host: Host): Promise<string[]> {
  const services = (await stopServices(host)) ? 'stopped the services' : 'no services were running';
  const told = [services];
  for (const machine of hostsOf(host)) told.push(await bringMachineDown(machine));
  return told;
}

/**
 * Removes the machines, and with the last ones of this home also the home, the links and, unless they are to be kept, the
 * images.
 *
 * @returns what was done, line by line
 */
export async function purge(host: Host, options: { keepImages: boolean }): Promise<string[]> {
  const told = await bringDown(host);
  for (const machine of hostsOf(host)) {
    if (await isOurs(machine)) told.push(`removed ${machine.domain}`);
    await removeMachine(machine);
  }
  await rm(runDirectory(host), { recursive: true, force: true });
  if ((await otherMachines(host)).length > 0) return told;
  told.push(...(await unlinkPrograms(host)));
  const directories = [host.homeDirectory, ...(options.keepImages ? [] : [host.cacheDirectory])];
  for (const directory of directories) {
    await rm(directory, { recursive: true, force: true });
    told.push(`removed ${directory}`);
  }
  return told;
}

/** Machines of this home that are in another pool. */
export async function otherMachines(host: Host): Promise<string[]> {
  const machines = await readdir(join(host.homeDirectory, 'machines')).catch(() => []);
  return machines.filter((name) => !host.machines.some(({ domain }) => domain === name));
}

async function bringMachineDown(host: Host): Promise<string> {
  const { domain } = host;
  if (!(await isOurs(host))) {
    return `${domain} was not made here: stop it with virsh shutdown ${domain}`;
  }
  return (await stopMachine(host)) ? `stopped ${domain}` : `${domain} was not running`;
}
