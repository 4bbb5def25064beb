// Finds the processes of the services that `pbot-vm up` started.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { readHost } from '../../deploy/host/host.js';
import { runDirectory } from '../../services/lib/config/own-machines.js';
import type { MachineEnvironment } from './real-machine.js';

export const serviceNames = ['executor', 'watchdog', 'snapshot'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Process id of the `vm-server` that `pbot-vm up` has started and left behind. */
export async function detachedServer(environment: MachineEnvironment): Promise<number> {
  const host = readHost(environment, process.getuid?.() ?? 0);
  return Number(await readFile(join(runDirectory(host), 'vm-server.pid'), 'utf8'));
}

/** Process id of a service, or undefined while it is between its death and its next start. */
export async function findService(
  vmServerPid: number,
  name: ServiceName,
): Promise<number | undefined> {
  const columns = ['-o', 'pid=,args=', '--ppid', String(vmServerPid)];
  // Fails where there is none.
  const { stdout } = await execa('ps', columns, { reject: false });
  const line = stdout.split('\n').find((each) => each.includes(`/${name}.js`));
  return line === undefined ? undefined : Number.parseInt(line, 10);
}

/** Ends a service without a warning; `vm-server` starts it anew. */
export async function killService(vmServerPid: number, name: ServiceName): Promise<void> {
  const pid = await findService(vmServerPid, name);
  if (pid === undefined) throw new Error(`vm-server ${vmServerPid} has no ${name}`);
  process.kill(pid, 'SIGKILL');
}
