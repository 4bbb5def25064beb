// Boots machines that are off and that nobody else starts.

import type { Host } from '../host.js';
import { isOff, machinesOf, startMachine } from '../machine.js';

/** The Watchdog starts a machine with its snapshot, where it may revert. Where it never may, machines boot as they were left. */
export async function bootWhatIsOff(host: Host): Promise<void> {
  if (host.revertPolicy !== 'never') return;
  for (const machine of machinesOf(host)) {
    if (await isOff(machine)) await startMachine(machine);
  }
}
