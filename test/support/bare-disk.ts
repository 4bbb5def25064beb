// The disk of a guest with Debian and the languages, and nothing of pbot-vm.

import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { languageLayer } from '../../deploy/host/image/language-layer.js';
import { hostMirror } from '../../deploy/host/image/mirror.js';
import { runTool } from '../../deploy/host/image/tools.js';
import { imageCache, suite } from './hand-made-machine.js';
import { fewLanguages } from './tested-languages.js';

/**
 * Makes the image's Debian as it was before the files of pbot-vm came. debugfs writes into it, so nothing is mounted.
 *
 * @param changes further commands of debugfs
 */
export async function makeBareDisk(disk: string, changes: readonly string[]): Promise<void> {
  const base = await languageLayer({
    suite,
    mirror: hostMirror(),
    cacheDir: imageCache(),
    languages: fewLanguages,
    scratchDir: '/var/tmp',
    onProgress: () => undefined,
    signal: undefined,
  });
  const purpose = 'Making the disk of a bare guest';
  await runTool(['cp', '--sparse=always', join(base, 'base.raw'), disk], { purpose });
  const commands = [
    'rm /etc/systemd/system/multi-user.target.wants/pbot-vm-guest.service',
    'rm /usr/local/bin/guest-server',
    'rmdir /usr/local/lib/pbot-vm',
    ...changes,
  ];
  const script = `${disk}.debugfs-commands`;
  await writeFile(script, `${commands.join('\n')}\n`);
  await runTool(['debugfs', '-w', '-f', script, disk], { purpose });
  await rm(script);
}

/** Commands of debugfs that copy a folder of this host. */
export async function copyFolder(from: string, to: string): Promise<string[]> {
  const commands = [`mkdir ${to}`];
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), `${to}/${entry.name}`];
    if (entry.isDirectory()) commands.push(...(await copyFolder(source, target)));
    else commands.push(...(await copyFile(source, target)));
  }
  return commands;
}

/** Commands of debugfs that copy a file of this host, with its mode. */
export async function copyFile(source: string, target: string): Promise<string[]> {
  const { mode } = await stat(source);
  return [
    `write ${source} ${target.slice(1)}`,
    `set_inode_field ${target} mode 0${mode.toString(8)}`,
  ];
}
