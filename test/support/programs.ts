// The programs as a release has them: bundled once for all files of the integration tests.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleGuest, bundleHostPrograms } from '../../deploy/build/programs.js';

/** The programs as they are shipped: one file each. */
export interface Programs {
  readonly executor: string;
  readonly watchdog: string;
  readonly snapshot: string;
  readonly vmServer: string;
  readonly vmExec: string;
  readonly vmClient: string;
  readonly pbotVm: string;
  readonly guestServer: string;
}

/** Where the directory of the bundled programs is named to the processes of Vitest. */
const directoryVariable = 'PBOT_VM_TEST_PROGRAMS';

/** Bundles the programs as a release has them in `dist/`, which a running pbot-vm may be using. */
async function buildPrograms(directory: string): Promise<Programs> {
  await Promise.all([bundleHostPrograms(directory), bundleGuest(directory)]);
  return programsIn(directory);
}

/** Bundles the programs for all files of this run of tests. @returns what removes them */
export async function shareProgramsAmongTests(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-programs-'));
  await buildPrograms(directory);
  process.env[directoryVariable] = directory;
  return () => rm(directory, { recursive: true });
}

/** The programs that the files of this run of tests share. Outside of one, as in a bench, bundles them into the directory. */
export async function programsFor(directory: string): Promise<Programs> {
  return process.env[directoryVariable] === undefined
    ? await buildPrograms(directory)
    : sharedPrograms();
}

/** A copy of the shared programs in the directory, for a test that changes them. */
export async function copyOfPrograms(directory: string): Promise<Programs> {
  await cp(dirname(sharedPrograms().executor), directory, { recursive: true });
  return programsIn(directory);
}

/** The programs that the files of this run of tests share. No test may change them. */
export function sharedPrograms(): Programs {
  const directory = process.env[directoryVariable];
  if (directory === undefined)
    throw new Error('only integration tests and journeys share programs');
  return programsIn(directory);
}

function programsIn(directory: string): Programs {
  const bundle = (file: string) => join(directory, file);
  return {
    executor: bundle('executor.js'),
    watchdog: bundle('watchdog.js'),
    snapshot: bundle('snapshot.js'),
    vmServer: bundle('vm-server.js'),
    vmExec: bundle('vm-exec.js'),
    vmClient: bundle('vm-client.js'),
    pbotVm: bundle('pbot-vm.js'),
    guestServer: bundle('guest-server.cjs'),
  };
}
