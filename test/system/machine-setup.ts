import type { TestProject } from 'vitest/node';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
} from '../support/real-machine.js';

declare module 'vitest' {
  export interface ProvidedContext {
    machine: MachineEnvironment;
  }
}

/** One real machine for all files of this project. A host that can't have it fails here. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const name = 'pbot-vm-test';
  await removeLeftover(name);
  // A compiler under emulation, on a busy host, may take longer than the default allows.
  const environment = { ...(await machineEnvironment(name)), PBOTVM_TIMEOUT: '60' };
  project.provide('machine', environment);
  await bringMachineUp(environment);
  return () => purgeMachine(environment);
}
