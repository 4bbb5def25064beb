import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { blocksOf } from '../documents/examples.js';
import {
  bringGrownMachineUp,
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
  const own = await machineEnvironment(name);
  const environment = {
    ...own,
    // A compiler under emulation, on a busy host, may take longer than the default allows.
    PBOTVM_TIMEOUT: '60',
    PBOTVM_LANGUAGES: await writeOwnLanguages(join(own['PBOTVM_HOME'] ?? '', 'languages')),
  };
  project.provide('machine', environment);
  await bringGrownMachineUp(environment);
  return () => purgeMachine(environment);
}

/** The languages that the guide adds as an operator. @returns the directory */
async function writeOwnLanguages(directory: string): Promise<string> {
  await mkdir(directory);
  for (const [index, text] of blocksOf('json language').entries()) {
    await writeFile(join(directory, `${index}.json`), text);
  }
  return directory;
}
