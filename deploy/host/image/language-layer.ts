// Adds the languages to Debian and makes a file system of both: all of the guest image but the guest server.

import { join } from 'node:path';
import { bootstrap, type LayerOptions, settingsOfAllLayers, withAdvice } from './bootstrap.js';
import { inputHash, publish, useCached, writeManifest } from './cache.js';
import { debianLayerName, placeDebian } from './debian-layer.js';
import { afterLanguages, type LanguageSetup, languagePackages } from './guest-system.js';
import { withScratch } from './scratch.js';
import { requireTools, runTool } from './tools.js';
import { type UserNamespace, userNamespace } from './user-namespace.js';

/** Virtual size of the disk; the file is sparse. */
const diskSizeGiB = 12;

export interface LanguageLayerOptions extends LayerOptions, LanguageSetup {
  /** Directory for the unpacked system, gigabytes; every user must be able to reach it. */
  readonly scratchDir: string;
}

/** Name of this layer in the cache: all that goes into it but the day on which its packages were fetched. */
export function languageLayerName(
  options: Pick<LanguageLayerOptions, 'suite' | keyof LanguageSetup>,
): string {
  const { suite, ...setup } = options;
  return `languages-${inputHash([
    debianLayerName(suite),
    diskSizeGiB,
    settingsOfAllLayers,
    settings(setup),
    makeFileSystem('', ''),
  ])}`;
}

/**
 * Installs the languages on top of Debian, without the guest server's files. Takes minutes the first time and milliseconds
 * from then on; another choice of languages does not install Debian again.
 *
 * @returns the directory of `base.raw` (sparse ext4), `vmlinuz` and `initrd.img`.
 * @throws UserError
 */
export async function languageLayer(options: LanguageLayerOptions): Promise<string> {
  const directory = join(options.cacheDir, languageLayerName(options));
  if (await useCached(directory)) return directory;

  const namespace = userNamespace();
  requireTools(['mmdebstrap', 'mke2fs', ...namespace.tools]);
  const { scratchDir: parent, signal } = options;
  await namespace
    .run(['true'], { purpose: 'Entering a user namespace', signal })
    .catch((error: unknown) => {
      throw withAdvice(error, namespace.mode);
    });
  await withScratch({ parent, namespace, signal }, async (scratch) => {
    const root = join(scratch.system, 'root');
    const disk = join(scratch.system, 'base.raw');
    const purpose = 'Making the file system';
    const place = { ...options, root, toolScratch: scratch.tools, namespace };
    await placeDebian(place);
    await bootstrap({
      ...place,
      settings: settings(options),
      target: root,
      mode: namespace.mode,
      rounds: [{ from: 0.28, to: 0.68 }],
    });
    options.onProgress({ step: purpose, fraction: 0.8 });
    await namespace.run(makeFileSystem(root, disk), { purpose, signal });
    await publish(directory, (temporary) =>
      keepResult({ ...options, root, disk, temporary, mode: namespace.mode }),
    );
  });
  return directory;
}

/** No package is named to mmdebstrap itself: it would unpack them in an order of its own, on top of what is installed. */
function settings(setup: LanguageSetup): string[] {
  const packages = languagePackages(setup.languages).join(' ');
  return [
    '--variant=custom',
    '--format=directory',
    // Debian is there.
    '--skip=check/empty',
    `--customize-hook=chroot "$1" apt-get --yes --no-install-recommends install ${packages}`,
    `--customize-hook=${afterLanguages(setup)}`,
  ];
}

/** Inode tables are written now, so that the guest does not do it in the background of its first hours. */
function makeFileSystem(root: string, disk: string): [string, ...string[]] {
  return [
    'mke2fs',
    '-q',
    '-t',
    'ext4',
    '-L',
    'pbot-vm',
    '-m',
    '0',
    '-E',
    'lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0',
    '-d',
    root,
    disk,
    `${diskSizeGiB}G`,
  ];
}

/** Puts the disk, the kernel and its RAM disk into the cache. */
async function keepResult(
  options: LanguageLayerOptions & {
    root: string;
    disk: string;
    temporary: string;
    mode: UserNamespace['mode'];
  },
): Promise<void> {
  const { root, disk, temporary, mode, signal } = options;
  const copy = ['cp', '--sparse=always', '--dereference'] as const;
  // Of another user than root, the disk belongs to the root of his namespace. A copy of gigabytes takes its time.
  const move = mode === 'root' ? (['mv'] as const) : copy;
  for (const command of [
    [...move, disk, join(temporary, 'base.raw')],
    [...copy, join(root, 'vmlinuz'), join(temporary, 'vmlinuz')],
    [...copy, join(root, 'initrd.img'), join(temporary, 'initrd.img')],
  ] as const) {
    await runTool(command, { purpose: 'Keeping the languages', signal });
  }
  const { suite, mirror } = options;
  const packages = languagePackages(options.languages);
  await writeManifest(temporary, { suite, mirror, packages });
}
