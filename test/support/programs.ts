// Bundles the programs as a release has them.

import { join } from 'node:path';
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

/** Bundles the programs into a directory as a release has them in `dist/`, which a running pbot-vm may be using. */
export async function buildPrograms(directory: string): Promise<Programs> {
  await Promise.all([bundleHostPrograms(directory), bundleGuest(directory)]);
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
