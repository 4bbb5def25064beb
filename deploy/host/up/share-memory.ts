// Has the kernel of the host keep equal memory of machines once: kernel samepage merging, KSM.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../services/lib/process/user-error.js';

/** Where the kernel has its settings: Documentation/admin-guide/mm/ksm.rst. */
const kernelSettings = '/sys/kernel/mm/ksm';

/**
 * How many pages the kernel compares before it sleeps for 20 ms. With its own 100, ten machines would take ten minutes. With 1000 it
 * took 2 % of a processor.
 */
const pagesToScan = 1000;

/**
 * Switches KSM on until the host boots again. A rate that is higher already stays.
 *
 * @param settings directory of the settings of KSM
 * @throws UserError where the kernel has no KSM, or this user may not switch it on
 */
export async function shareMemory(settings: string = kernelSettings): Promise<void> {
  try {
    const rate = Number(await readFile(join(settings, 'pages_to_scan'), 'utf8'));
    if (rate < pagesToScan) await writeFile(join(settings, 'pages_to_scan'), String(pagesToScan));
    await writeFile(join(settings, 'run'), '1');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new UserError(
      error.code === 'ENOENT'
        ? `--share-memory: the kernel of this host has no KSM (${settings} is missing).`
        : `--share-memory: this user may not switch KSM on. As root: echo 1 > ${join(settings, 'run')}`,
    );
  }
}
