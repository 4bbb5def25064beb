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

export interface PlaceDebianOptions extends LayerOptions {
  readonly namespace: UserNamespace;
  /** Directory that is made, the root of the guest. */
  readonly root: string;
  /** Directory of this user for files that mmdebstrap needs meanwhile. */
  readonly toolScratch: string;
}

/**
 * Makes a directory with Debian and the packages of every guest. The first time it installs them, which takes a minute, and keeps an
 * archive. From then on it unpacks that.
 *
 * @throws UserError
 */
export async function placeDebian(options: PlaceDebianOptions): Promise<void> {
  const { suite, mirror, root, namespace, signal } = options;
  const directory = join(options.cacheDir, debianLayerName(suite));
  const purpose = "Making the guest's root";
  await namespace.run(['mkdir', '--mode=0755', root], { purpose, signal });
  if (await useCached(directory)) {
    await unpack(join(directory, archiveName), options);
    return;
  }
  await install(options);
  await publish(directory, async (temporary) => {
    await pack(join(temporary, archiveName), options);
    await writeManifest(temporary, { suite, mirror, packages: debianPackages });
  });
}

const archiveName = 'root.tar';

async function install(options: PlaceDebianOptions): Promise<void> {
  const { root, namespace, signal } = options;
  await bootstrap({
    ...options,
    settings,
    target: root,
    mode: namespace.mode,
    rounds: [
      { from: 0.02, to: 0.08 },
      { from: 0.08, to: 0.25 },
    ],
  });
  // The next mmdebstrap makes the devices again, and fails where they are.
  const purpose = 'Removing devices';
  const devices = ['find', join(root, 'dev'), '-mindepth', '1', '-delete'] as const;
  await namespace.run(devices, { purpose, signal });
}

const settings = [
  '--variant=minbase',
  '--format=directory',
  `--include=${debianPackages.join(',')}`,
  // Older releases have its zones in tzdata.
  '--include=?exact-name(tzdata-legacy)',
  `--essential-hook=${beforePackages}`,
  `--customize-hook=${afterDebian}`,
];

const tar = ['tar', '--numeric-owner', '--xattrs', '--xattrs-include=*'] as const;

async function pack(archive: string, options: PlaceDebianOptions): Promise<void> {
  const { namespace, root, signal, onProgress } = options;
  const purpose = 'Packing Debian';
  onProgress({ step: purpose, fraction: 0.25 });
  const command = [...tar, '--create', '--directory', root, '.'] as const;
  await withFile(archive, 'wx', (file) =>
    namespace.run(command, { purpose, signal, output: file.createWriteStream() }),
  );
}

async function unpack(archive: string, options: PlaceDebianOptions): Promise<void> {
  const { namespace, root, signal, onProgress } = options;
  const purpose = 'Unpacking Debian';
  onProgress({ step: purpose, fraction: 0.25 });
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
