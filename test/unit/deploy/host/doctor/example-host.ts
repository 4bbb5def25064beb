// A host, and a machine of it, to be judged by the checks.

import { type Host, readHost } from '../../../../../deploy/host/host.js';
import { type Machine, machinesOf } from '../../../../../deploy/host/machine.js';

/** The host of a root user who has set these variables. */
export function exampleHost(environment: NodeJS.ProcessEnv = {}): Host {
  return readHost({ PBOTVM_HOME: '/nonexistent', ...environment }, 0);
}

/** The machine of that host. */
export function exampleMachine(environment: NodeJS.ProcessEnv = {}): Machine {
  const [machine] = machinesOf(exampleHost(environment));
  if (machine === undefined) throw new Error('a host has a machine');
  return machine;
}
