import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { blocksOf } from '../documents/examples.js';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
} from '../support/real-machine.js';
import { namesOf, standardLanguages } from '../support/tested-languages.js';

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
  const directory = join(own['PBOTVM_HOME'] ?? '', 'languages');
  const ownNames = await writeOwnLanguages(directory);
  const environment = {
    ...own,
    // A compiler under emulation, on a busy host, may take longer than the default allows.
    PBOTVM_TIMEOUT: '60',
    PBOTVM_LANGUAGES: directory,
  };
  project.provide('machine', environment);
  const languages = [namesOf(standardLanguages), ...ownNames].join(',');
  await bringMachineUp(environment, ['--languages', languages]);
  return () => purgeMachine(environment);
}

/** The languages that the guide adds as an operator. @returns their names */
async function writeOwnLanguages(directory: string): Promise<string[]> {
  await mkdir(directory);
  const texts = blocksOf('json language');
  for (const [index, text] of texts.entries()) {
    await writeFile(join(directory, `${index}.json`), text);
  }
  return texts.map((text) => (JSON.parse(text) as { name: string }).name);
}
