import { type Address, formatAddress } from '../lib/address.js';
import { type Values, variables } from '../lib/variables.js';

const { watchdog, snapshot, snapshotName, domain, heart, noRevert } = variables;

/** The variables that the Watchdog reads. */
export const watchdogVariables = { watchdog, snapshot, snapshotName, domain, heart, noRevert };

/** What the configuration says of one machine. */
export interface MachineConfig {
  readonly name: string;
  readonly domain: string;
  readonly heart: Address;
  /** The address in the form that the configuration has it in. */
  readonly heartbeatAddress: string;
}

/** The machines to watch. */
export function configuredMachines(config: Values<typeof watchdogVariables>): MachineConfig[] {
  const { domain, heart } = config;
  return [{ name: domain, domain, heart, heartbeatAddress: formatAddress(heart) }];
}
