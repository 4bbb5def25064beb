// Builds the guest's disk, kernel and initial RAM disk, or finds them in the cache.

import { constants } from 'node:fs';
import { chmod, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from '../../../guest/languages/language.js';
import { makePrivate, ownerAlone } from '../private-files.js';
import { inputHash, keepNewest, leftovers, publish, useCached, writeManifest } from './cache.js';
import { composeDisk, guestEntries, type MadeFile } from './guest-disk.js';
import type { LanguageSetup } from './guest-system.js';
import { languageLayer, languageLayerName } from './language-layer.js';
import { hostMirror } from './mirror.js';
import type { OnProgress } from './progress.js';
import { defaultScratchDirectory } from './scratch.js';

export interface BuildImageOptions extends LanguageSetup {
  /** Debian release: `trixie`. */
  suite: string;
  /** Debian archive to install from; the host's own when the host is Debian, else deb.debian.org. */
  mirror?: string;
  /** Directory that finished images, and what they are made from, are kept in. */
  cacheDir: string;
  /** Files of the guest server; all of them go to /usr/local/lib/pbot-vm in the guest. */
  guestDir: string;
  /** Those of the languages that the operator has added. */
  ownLanguages?: readonly Language[];
  /** Debian releases of which machines of one host have images; 1 by default. Each keeps what it needs. */
  releaseCount?: number;
  /** Directory for about 2 GB of unpacked files that every user can reach; /var/tmp by default. */
  scratchDir?: string;
  onProgress: OnProgress;
  signal?: AbortSignal;
}

export interface GuestImage {
  directory: string;
  /** qcow2, the base that machines put their copy-on-write overlays on. */
  diskPath: string;
  kernelPath: string;
  initrdPath: string;
  /** The image was in the cache already. */
  reused: boolean;
}

/**
 * Builds the guest's disk, kernel and initial RAM disk, or finds them in the cache. A change of the guest server's
 * files alone takes seconds, the rest is kept from the run before. Of each layer the two that were used last are kept for
 * each release: machines that grow run on one image while the next is built. An overlay on an older image does not outlive it.
 *
 * Needs root, or a user with subordinate ids. Nothing is mounted on the host. A cut run leaves nothing that a later
 * one takes for whole, and the later one removes what is left.
 *
 * @throws UserError
 */
export async function buildImage(options: BuildImageOptions): Promise<GuestImage> {
  const { suite, cacheDir, guestDir, languages, isProvisional, onProgress, signal } = options;
  await makePrivate(cacheDir);
  const entries = await guestEntries(guestDir);
  const base = languageLayerName({ suite, languages, isProvisional });
  const made = ownLanguageFiles(options.ownLanguages ?? []);
  const directory = join(cacheDir, inputHash([imageVersion, base, entries, ...made]));
  if (await useCached(directory)) return guestImage(directory, true);

  for (const layer of layers) {
    for (const path of await leftovers(cacheDir, layer)) {
      await rm(path, { recursive: true, force: true });
    }
  }
  const baseDirectory = await languageLayer({
    suite,
    mirror: options.mirror ?? hostMirror(),
    cacheDir,
    languages,
    isProvisional,
    scratchDir: options.scratchDir ?? defaultScratchDirectory,
    onProgress,
    signal,
  });

  onProgress({ step: 'Composing the disk', fraction: 0.9 });
  await publish(directory, async (temporary) => {
    const image = guestImage(temporary, false);
    await composeDisk({
      baseDisk: join(baseDirectory, 'base.raw'),
      guestDir,
      entries,
      made,
      directory: temporary,
      diskPath: image.diskPath,
      signal,
    });
    const cloneMode = constants.COPYFILE_FICLONE;
    await copyFile(join(baseDirectory, 'vmlinuz'), image.kernelPath, cloneMode);
    await copyFile(join(baseDirectory, 'initrd.img'), image.initrdPath, cloneMode);
    for (const path of [image.diskPath, image.kernelPath, image.initrdPath]) {
      await chmod(path, ownerAlone);
    }
    await writeManifest(temporary, {
      version: imageVersion,
      suite,
      base,
      languages: languages.map((language) => language.name),
      files: entries.filter((entry) => entry.kind === 'file'),
    });
  });
  for (const name of layers) {
    await keepNewest({ parent: cacheDir, name, keep: 2 * (options.releaseCount ?? 1) });
  }
  onProgress({ step: 'The image is ready', fraction: 1 });
  return guestImage(directory, false);
}

/** The guest server reads it where its own files are. */
function ownLanguageFiles(languages: readonly Language[]): MadeFile[] {
  if (languages.length === 0) return [];
  return [{ path: 'own-languages.json', content: `${JSON.stringify(languages)}\n` }];
}

/** Raised when a disk is composed in another way from the same inputs. */
const imageVersion = 1;

/** Names in the cache: Debian, the languages on top of it, whole images. "base" is of earlier releases. */
const layers = ['debian-', 'languages-', 'base-', ''].map(
  (prefix) => new RegExp(`^${prefix}[0-9a-f]{16}$`),
);

function guestImage(directory: string, reused: boolean): GuestImage {
  return {
    directory,
    diskPath: join(directory, 'disk.qcow2'),
    kernelPath: join(directory, 'vmlinuz'),
    initrdPath: join(directory, 'initrd.img'),
    reused,
  };
}
