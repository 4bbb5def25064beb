// A machine set whose services systemd runs: how it is known, and where its services are reached.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, parseAddress } from '../../../services/lib/config/address.js';

/** The services of all machines of a pool. Its name is the instance of the units. */
interface MachineSet {
  readonly poolName: string;
}

/** Its directory says that the set belongs to systemd. */
export function setDirectory({ poolName }: MachineSet): string {
  return `/etc/pbot-vm/sets/${poolName}`;
}

/** Whether systemd runs the services of these machines. */
export function belongsToSystemd(set: MachineSet, root = '/'): boolean {
  return existsSync(join(root, setDirectory(set)));
}

/** The addresses of the services, those that systemd runs among them. What the user has named stays. */
export function unitAddresses<
  A extends {
    readonly watchdog: Address;
    readonly snapshot: Address;
    readonly control?: Address | undefined;
  },
>(set: MachineSet & { readonly addresses: A }, environment: NodeJS.ProcessEnv, root = '/'): A {
  const { addresses, poolName } = set;
  if (!belongsToSystemd(set, root)) return addresses;
  const addressOf = (name: 'watchdog' | 'snapshot' | 'control', socket: string) =>
    environment[`PBOTVM_${name.toUpperCase()}`]
      ? addresses[name]
      : parseAddress(`unix:/run/pbot-vm/${poolName}/${socket}`);
  return {
    ...addresses,
    watchdog: addressOf('watchdog', 'watchdog/watchdog.sock'),
    snapshot: addressOf('snapshot', 'snapshot/snapshot.sock'),
    control: addressOf('control', 'executor/control.sock'),
  };
}
