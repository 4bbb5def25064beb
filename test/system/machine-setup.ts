import type { TestProject } from 'vitest/node';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
} from '../support/real-machine.js';

declare module 'vitest' {
  export interface ProvidedContext {
    machine: MachineEnvironment;
  }
}

/** One real machine for all files of this project. A host that can't have it fails here. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const environment = await machineEnvironment('pbot-vm-test');
  project.provide('machine', environment);
  await bringMachineUp(environment);
  return () => purgeMachine(environment);
}
