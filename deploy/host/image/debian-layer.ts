// Installs what every guest has, whatever its languages: the lowest layer of the guest image, kept as an archive.

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { bootstrap, type LayerOptions, settingsOfAllLayers } from './bootstrap.js';
import { inputHash, publish, useCached, writeManifest } from './cache.js';
import { afterDebian, beforePackages, debianPackages } from './guest-system.js';
import type { UserNamespace } from './user-namespace.js';

/** Name of this layer in the cache: all that goes into it but the day on which its packages were fetched. */
export function debianLayerName(suite: string): string {
  return `debian-${inputHash([suite, settingsOfAllLayers, settings])}`;
}

export interface PlaceDebianOptions extends Omit<LayerOptions, 'scratchDir'> {
  readonly namespace: UserNamespace;
  /** Empty directory that becomes the root of the guest. */
  readonly root: string;
  /** Directory of this user for files that mmdebstrap needs meanwhile. */
  readonly toolScratch: string;
}

/**
 * Puts Debian with the packages of every guest into a directory. The first time it installs them, which takes a minute, and keeps an
 * archive. From then on it unpacks that.
 *
 * @throws UserError
 */
export async function placeDebian(options: PlaceDebianOptions): Promise<void> {
  const directory = join(options.cacheDir, debianLayerName(options.suite));
  if (await useCached(directory)) {
    options.onProgress({ step: 'Unpacking Debian', fraction: 0.25 });
    await unpack(join(directory, archiveName), options);
    return;
  }
  await install(options);
  await publish(directory, async (temporary) => {
    const { suite, mirror } = options;
    options.onProgress({ step: 'Packing Debian', fraction: 0.25 });
    await pack(join(temporary, archiveName), options);
    await writeManifest(temporary, { suite, mirror, packages: debianPackages });
  });
}

const archiveName = 'root.tar';

async function install(options: PlaceDebianOptions): Promise<void> {
  await bootstrap({
    ...options,
    settings,
    target: options.root,
    mode: options.namespace.mode,
    rounds: [
      { from: 0.02, to: 0.08 },
      { from: 0.08, to: 0.25 },
    ],
  });
}

const settings = [
  '--variant=minbase',
  '--format=directory',
  `--include=${debianPackages.join(',')}`,
  `--essential-hook=${beforePackages}`,
  `--customize-hook=${afterDebian}`,
];

const tar = ['tar', '--numeric-owner', '--xattrs', '--xattrs-include=*'] as const;

async function pack(archive: string, options: PlaceDebianOptions): Promise<void> {
  const { namespace, root, signal } = options;
  const purpose = 'Packing Debian';
  // mmdebstrap makes the devices each time, and fails where they are.
  const devices = ['find', join(root, 'dev'), '-mindepth', '1', '-delete'] as const;
  await namespace.run(devices, { purpose, signal });
  const command = [...tar, '--create', '--directory', root, '.'] as const;
  await withFile(archive, 'wx', (file) =>
    namespace.run(command, { purpose, signal, output: file.createWriteStream() }),
  );
}

async function unpack(archive: string, options: PlaceDebianOptions): Promise<void> {
  const { namespace, root, signal } = options;
  const purpose = 'Unpacking Debian';
  const command = [...tar, '--extract', '--preserve-permissions', '--directory', root] as const;
  await withFile(archive, 'r', (file) =>
    namespace.run(command, { purpose, signal, input: file.createReadStream() }),
  );
}

/** This user opens the archive: the root of the guest may not look into the cache. */
async function withFile(
  path: string,
  flags: 'r' | 'wx',
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
