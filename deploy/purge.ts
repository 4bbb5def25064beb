import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, runDirectory } from './host.js';
import { unlinkPrograms } from './links.js';
import { isOurs, removeMachine, stopMachine } from './machine/machine.js';
import { stopServices } from './services.js';

/** Stops the services, and the machine where it is ours. All is kept. @returns what was done, line by line */
export async function bringDown(host: Host): Promise<string[]> {
  const services = (await stopServices(host)) ? 'stopped the services' : 'no services were running';
  if (!(await isOurs(host))) {
    return [
      services,
      `${host.domain} was not made here: stop it with virsh shutdown ${host.domain}`,
    ];
  }
  const wasRunning = await stopMachine(host);
  return [services, wasRunning ? `stopped ${host.domain}` : `${host.domain} was not running`];
}

/**
 * Removes a machine, and with the last one of this home also the home, the links and, unless they are to be kept, the
 * images.
 *
 * @returns what was done, line by line
 */
export async function purge(host: Host, options: { keepImages: boolean }): Promise<string[]> {
  const told = await bringDown(host);
  if (await isOurs(host)) told.push(`removed ${host.domain}`);
  await removeMachine(host);
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

/** Machines of this home that are still there. */
export async function otherMachines(host: Host): Promise<string[]> {
  const machines = await readdir(join(host.homeDirectory, 'machines')).catch(() => []);
  return machines.filter((name) => name !== host.domain);
}
