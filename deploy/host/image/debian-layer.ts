// Installs what every guest has, whatever its languages: the lowest layer of the guest image, kept as an archive.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveKeyring, bootstrap, bootstrapSettings, type LayerOptions } from './bootstrap.js';
import { inputHash, manifestName, publish, useCached } from './cache.js';
import { afterDebian, beforePackages, debianPackages, dpkgOptions } from './guest-system.js';
import { withScratch } from './scratch.js';
import { requireTools } from './tools.js';
import { userNamespace } from './user-namespace.js';

/** How a build of languages names this layer in the cache: all that goes into it but the day of its packages. */
export function debianLayerName(suite: string): string {
  const inputs = [suite, debianPackages, dpkgOptions, beforePackages, afterDebian, settings('')];
  return `debian-${inputHash(inputs)}`;
}

/**
 * Installs Debian with the packages of every guest. Takes a minute the first time and milliseconds from then on.
 *
 * @returns path of the archive of all files
 * @throws UserError
 */
export async function debianLayer(options: LayerOptions): Promise<string> {
  const directory = join(options.cacheDir, debianLayerName(options.suite));
  if (!(await useCached(directory))) await makeLayer(directory, options);
  return join(directory, archiveName);
}

const archiveName = 'root.tar';

async function makeLayer(directory: string, options: LayerOptions): Promise<void> {
  const { suite, mirror, scratchDir: parent, signal } = options;
  const namespace = userNamespace();
  archiveKeyring();
  requireTools(['mmdebstrap', ...namespace.tools]);
  await withScratch({ parent, namespace, signal }, (scratch) =>
    publish(directory, async (temporary) => {
      await bootstrap({
        ...options,
        settings: settings(debianPackages.join(',')),
        target: join(temporary, archiveName),
        mode: namespace.mode,
        toolScratch: scratch.tools,
        rounds: [
          { from: 0.02, to: 0.08 },
          { from: 0.08, to: 0.25 },
        ],
      });
      const createTime = new Date().toISOString();
      const manifest = { suite, mirror, packages: debianPackages, createTime };
      await writeFile(join(temporary, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
    }),
  );
}

function settings(packages: string): string[] {
  return [
    ...bootstrapSettings,
    '--variant=minbase',
    '--format=tar',
    // A user without privileges can't unpack devices; the guest's kernel makes its own.
    '--skip=output/dev',
    `--include=${packages}`,
    `--essential-hook=${beforePackages}`,
    `--customize-hook=${afterDebian}`,
  ];
}
