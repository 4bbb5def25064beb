// Where services listen while machines are prepared: where nobody else finds them. A program of somebody else would be in
// the snapshot, and so in the machine of everyone after it.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatAddress, parseAddress } from '../../../services/lib/config/address.js';
import { runDirectory } from '../../../services/lib/config/own-machines.js';
import { formatPool, type MachineConfig } from '../../../services/lib/config/pool.js';
import type { Host } from '../host.js';
import { writePrivate } from '../machine-files.js';
import { makePrivate } from '../private-files.js';

/**
 * The host with its services at Unix sockets that this user alone can open, and what `vm-server` is started with for
 * that. Probes and balancers are not answered: no work would be taken.
 *
 * @throws UserError where the path of a socket is too long
 */
export function withPrivateServices<H extends Pick<Host, 'homeDirectory' | 'poolName'>>(
  host: H,
): { host: H & Pick<Host, 'addresses'>; environment: NodeJS.ProcessEnv } {
  const socket = (name: string) => parseAddress(`unix:${join(runDirectory(host), name)}`);
  const addresses = {
    executor: socket('new-executor.sock'),
    watchdog: socket('new-watchdog.sock'),
    snapshot: socket('new-snapshot.sock'),
  };
  const environment = {
    PBOTVM_SERVER: formatAddress(addresses.executor),
    PBOTVM_WATCHDOG: formatAddress(addresses.watchdog),
    PBOTVM_SNAPSHOT: formatAddress(addresses.snapshot),
    PBOTVM_OPS: '',
    PBOTVM_AGENT: '',
    PBOTVM_PROXY: '',
  };
  return { host: { ...host, addresses }, environment };
}

type Place = Pick<Host, 'homeDirectory' | 'poolName'>;

/**
 * What `vm-server` is started with to know these machines alone. It would boot each other one that is off and has no
 * snapshot.
 */
export async function withMachinesAlone(
  host: Place,
  machines: readonly MachineConfig[],
): Promise<NodeJS.ProcessEnv> {
  await makePrivate(runDirectory(host));
  await writePrivate(privatePoolPath(host), formatPool(machines));
  return { PBOTVM_MACHINES: privatePoolPath(host) };
}

/** Removes what `withMachinesAlone` has written. */
export async function removePrivatePool(host: Place): Promise<void> {
  await rm(privatePoolPath(host), { force: true });
}

function privatePoolPath(host: Place): string {
  return join(runDirectory(host), 'new-machines.json');
}
