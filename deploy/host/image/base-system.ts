// Installs Debian and the languages into a file system: the lower half of the guest image.

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from '../../../guest/languages/language.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import { findTool, type Tool } from '../tools.js';
import { inputHash, leftovers, manifestName, publish, temporaryName, useCached } from './cache.js';
import { afterPackages, beforePackages, dpkgOptions, guestPackages } from './guest-system.js';
import { sourceLines } from './mirror.js';
import { type OnProgress, packageProgress } from './progress.js';
import { requireTools, runTool } from './tools.js';

/** Virtual size of the disk; the file is sparse. */
const diskSizeGiB = 12;

export interface BaseSystemOptions {
  suite: string;
  mirror: string;
  cacheDir: string;
  languages: readonly Language[];
  /** Directory for the unpacked system, about 2 GB; every user must be able to reach it. */
  scratchDir: string;
  onProgress: OnProgress;
  signal: AbortSignal | undefined;
}

/** Name of a base system in the cache: all that goes into it but the day on which its packages were fetched. */
export function baseSystemName(options: Pick<BaseSystemOptions, 'suite' | 'languages'>): string {
  const { suite, languages } = options;
  return `base-${inputHash([
    diskSizeGiB,
    suite,
    guestPackages(languages),
    dpkgOptions,
    beforePackages,
    afterPackages(languages),
    makeFileSystem('', ''),
    bootstrapSettings,
  ])}`;
}

/**
 * Installs Debian and the languages into a file system of its own, without the guest server's files. Takes minutes
 * the first time and milliseconds from then on.
 *
 * @returns the directory of `base.raw` (sparse ext4), `vmlinuz` and `initrd.img`.
 * @throws UserError
 */
export async function baseSystem(options: BaseSystemOptions): Promise<string> {
  const directory = join(options.cacheDir, baseSystemName(options));
  if (await useCached(directory)) return directory;

  const privileges = namespacePrivileges();
  const keyring = archiveKeyring();
  requireTools(['mmdebstrap', 'mke2fs', ...privileges.tools]);
  const inNamespace = async (
    [name, ...args]: readonly [string, ...string[]],
    purpose: string,
    signal = options.signal,
  ): Promise<void> => {
    // The helper looks programs up on the path of the caller, who may have no sbin there.
    const command = [findTool(name) ?? name, ...args] as const;
    const [helper, ...helperArgs] = privileges.prefix;
    await runTool(helper === undefined ? command : [helper, ...helperArgs, ...command], {
      purpose,
      signal,
    });
  };

  const remove = async (paths: string[]): Promise<void> => {
    if (paths.length === 0) return;
    await inNamespace(
      ['rm', '--recursive', '--force', '--one-file-system', ...paths],
      'Removing unpacked files',
      // Not cancelled with the build: what was unpacked must go in any case.
      neverAborted,
    );
  };
  await inNamespace(['true'], 'Entering a user namespace').catch((error: unknown) => {
    throw withAdvice(error, privileges.mode);
  });
  const userId = process.getuid?.() ?? 0;
  const scratchName = `pbot-vm-image-${userId}`;
  const toolScratchName = `pbot-vm-image-tools-${userId}`;
  await remove(await leftovers(options.scratchDir, new RegExp(`^${scratchName}$`)));
  await removeOwn(await leftovers(options.scratchDir, new RegExp(`^${toolScratchName}$`)));

  const toolScratch = join(options.scratchDir, temporaryName(toolScratchName));
  const scratch = join(options.scratchDir, temporaryName(scratchName));
  const root = join(scratch, 'root');
  const disk = join(scratch, 'base.raw');
  try {
    await mkdir(toolScratch, { mode: 0o755 });
    // Made inside the namespace, its owner is the guest's root, who writes the disk there.
    await inNamespace(['mkdir', '--mode=0755', scratch, root], 'Making a scratch directory');
    await bootstrap({ ...options, root, keyring, toolScratch, mode: privileges.mode });
    options.onProgress({ step: 'Making the file system', fraction: 0.8 });
    await inNamespace(makeFileSystem(root, disk), 'Making the file system');
    await publish(directory, async (temporary) => {
      for (const [from, to] of [
        [disk, 'base.raw'],
        [join(root, 'vmlinuz'), 'vmlinuz'],
        [join(root, 'initrd.img'), 'initrd.img'],
      ] as const) {
        await runTool(['cp', '--sparse=always', '--dereference', from, join(temporary, to)], {
          purpose: 'Keeping the base system',
          signal: options.signal,
        });
      }
      const manifest = {
        suite: options.suite,
        mirror: options.mirror,
        packages: guestPackages(options.languages),
        createTime: new Date().toISOString(),
      };
      await writeFile(join(temporary, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
    });
  } finally {
    await removeOwn([toolScratch]);
    // What cannot go now goes with the next build, and hides no error of this one.
    await remove([scratch]).catch(() => undefined);
  }
  return directory;
}

async function removeOwn(paths: string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

interface NamespacePrivileges {
  mode: 'root' | 'unshare';
  /** Put before a command to run it as the owner of the guest's files. */
  prefix: string[];
  tools: Tool[];
}

/** Files of the image belong to the guest's root; an unprivileged user writes those in a user namespace. */
function namespacePrivileges(): NamespacePrivileges {
  if (process.arch !== 'x64') {
    throw new UserError(
      `The guest image is built for amd64 on amd64 hosts alone; this host is ${process.arch}. ` +
        'Build it on an amd64 machine and copy the cache directory.',
    );
  }
  if (process.getuid?.() === 0) return { mode: 'root', prefix: [], tools: [] };
  return {
    mode: 'unshare',
    prefix: ['mmdebstrap', '--unshare-helper'],
    tools: ['newuidmap', 'newgidmap'],
  };
}

function archiveKeyring(): string {
  const keyring = archiveKeyrings.find((path) => existsSync(path));
  if (keyring !== undefined) return keyring;
  throw new UserError(
    `The keys of the Debian archive are missing: there is no ${archiveKeyrings[0]}. Install them with ` +
      '"sudo apt install debian-archive-keyring" (Ubuntu) or "sudo dnf install debian-keyring" (Fedora).',
  );
}

const archiveKeyrings = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
] as const;

/** Settings of mmdebstrap that shape the result. Its own cleaning would make each boot a first boot. */
const bootstrapSettings = [
  '--variant=minbase',
  '--architectures=amd64',
  '--format=directory',
  '--skip=cleanup/reproducible',
  '--aptopt=Acquire::Languages "none"',
  '--aptopt=APT::Install-Recommends "false"',
];

async function bootstrap(
  options: BaseSystemOptions & { root: string; keyring: string; toolScratch: string; mode: string },
): Promise<void> {
  const { suite, mirror, languages, signal } = options;
  const progress = packageProgress();
  await runTool(
    [
      'mmdebstrap',
      '--verbose',
      `--mode=${options.mode}`,
      ...bootstrapSettings,
      '--aptopt=Acquire::Retries "3"',
      ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
      `--keyring=${options.keyring}`,
      `--include=${guestPackages(languages).join(',')}`,
      `--essential-hook=${beforePackages}`,
      `--customize-hook=${afterPackages(languages)}`,
      suite,
      options.root,
      ...sourceLines(suite, mirror),
    ],
    {
      purpose: `Installing Debian ${suite} from ${mirror}`,
      signal,
      environment: { TMPDIR: options.toolScratch },
      onLine: (line) => {
        const event = progress(line);
        options.onProgress({ ...event, fraction: 0.78 * event.fraction });
      },
    },
  ).catch((error: unknown) => {
    throw withAdvice(error, options.mode);
  });
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

function withAdvice(error: unknown, mode: string): unknown {
  if (!(error instanceof UserError)) return error;
  if (mode === 'unshare' && /subuid|subgid|unshare|newuidmap|newgidmap/i.test(error.message)) {
    return new UserError(
      `${error.message}\nBuilding without root needs a range of subordinate ids and user namespaces: run ` +
        '"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER", or build as root.',
      { cause: error },
    );
  }
  if (/resolve|connect|timed out|Failed to fetch|404/i.test(error.message)) {
    return new UserError(
      `${error.message}\nCheck that this host reaches the mirror and that the mirror has the suite.`,
      { cause: error },
    );
  }
  return error;
}

const neverAborted = new AbortController().signal;
