// Installs what every guest has, whatever its languages: the lowest layer of the guest image, kept as an archive.

import { join } from 'node:path';
import { bootstrap, type LayerOptions, settingsOfAllLayers } from './bootstrap.js';
import { inputHash, publish, useCached, writeManifest } from './cache.js';
import { afterDebian, beforePackages, debianPackages } from './guest-system.js';
import { withScratch } from './scratch.js';
import type { UserNamespace } from './user-namespace.js';

/** Name of this layer in the cache: all that goes into it but the day on which its packages were fetched. */
export function debianLayerName(suite: string): string {
  return `debian-${inputHash([suite, settingsOfAllLayers, settings])}`;
}

type DebianLayerOptions = LayerOptions & { readonly namespace: UserNamespace };

/**
 * Installs Debian with the packages of every guest. Takes a minute the first time and milliseconds from then on.
 *
 * @returns path of the archive of all files
 * @throws UserError
 */
export async function debianLayer(options: DebianLayerOptions): Promise<string> {
  const directory = join(options.cacheDir, debianLayerName(options.suite));
  if (!(await useCached(directory))) await makeLayer(directory, options);
  return join(directory, archiveName);
}

const archiveName = 'root.tar';

async function makeLayer(directory: string, options: DebianLayerOptions): Promise<void> {
  const { suite, mirror, scratchDir: parent, namespace, signal } = options;
  await withScratch({ parent, namespace, signal }, (scratch) =>
    publish(directory, async (temporary) => {
      await bootstrap({
        ...options,
        settings,
        target: join(temporary, archiveName),
        mode: namespace.mode,
        toolScratch: scratch.tools,
        rounds: [
          { from: 0.02, to: 0.08 },
          { from: 0.08, to: 0.25 },
        ],
      });
      await writeManifest(temporary, { suite, mirror, packages: debianPackages });
    }),
  );
}

const settings = [
  '--variant=minbase',
  '--format=tar',
  // A user without privileges can't unpack devices; the guest's kernel makes its own.
  '--skip=output/dev',
  `--include=${debianPackages.join(',')}`,
  `--essential-hook=${beforePackages}`,
  `--customize-hook=${afterDebian}`,
];
