// Installs Debian and the languages into a file system: the lower half of the guest image.

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from '../../../guest/languages/language.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import { installCommand } from '../distribution.js';
import { packagesOf } from '../tools.js';
import { inputHash, leftovers, manifestName, publish, temporaryName, useCached } from './cache.js';
import { afterPackages, beforePackages, dpkgOptions, guestPackages } from './guest-system.js';
import { sourceLines } from './mirror.js';
import { type OnProgress, packageProgress } from './progress.js';
import { requireTools, runTool } from './tools.js';
import { type UserNamespace, userNamespace } from './user-namespace.js';

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

  const namespace = userNamespace();
  const keyring = archiveKeyring();
  requireTools(['mmdebstrap', 'mke2fs', ...namespace.tools]);
  const { signal } = options;
  await namespace
    .run(['true'], { purpose: 'Entering a user namespace', signal })
    .catch((error: unknown) => {
      throw withAdvice(error, namespace.mode);
    });
  const scratch = await scratchDirectories(options.scratchDir, namespace);
  const root = join(scratch.system, 'root');
  const disk = join(scratch.system, 'base.raw');
  try {
    await mkdir(scratch.tools, { mode: 0o755 });
    // Made inside the namespace, its owner is the guest's root, who writes the disk there.
    const purpose = 'Making a scratch directory';
    await namespace.run(['mkdir', '--mode=0755', scratch.system, root], { purpose, signal });
    const { mode } = namespace;
    await bootstrap({ ...options, root, keyring, toolScratch: scratch.tools, mode });
    options.onProgress({ step: 'Making the file system', fraction: 0.8 });
    await namespace.run(makeFileSystem(root, disk), { purpose: 'Making the file system', signal });
    await publish(directory, (temporary) => keepResult({ ...options, root, disk, temporary }));
  } finally {
    await removeOwn([scratch.tools]);
    // What cannot go now goes with the next build, and hides no error of this one.
    await removeIn(namespace, [scratch.system]).catch(() => undefined);
  }
  return directory;
}

/** New names of scratch directories, after those of builds that were cut short are removed. */
async function scratchDirectories(
  parent: string,
  namespace: UserNamespace,
): Promise<{ system: string; tools: string }> {
  const userId = process.getuid?.() ?? 0;
  const system = `pbot-vm-image-${userId}`;
  const tools = `pbot-vm-image-tools-${userId}`;
  await removeIn(namespace, await leftovers(parent, new RegExp(`^${system}$`)));
  await removeOwn(await leftovers(parent, new RegExp(`^${tools}$`)));
  return { system: join(parent, temporaryName(system)), tools: join(parent, temporaryName(tools)) };
}

/** Copies the disk, the kernel and its RAM disk into the cache. */
async function keepResult(
  options: BaseSystemOptions & { root: string; disk: string; temporary: string },
): Promise<void> {
  const { root, temporary, signal } = options;
  for (const [from, to] of [
    [options.disk, 'base.raw'],
    [join(root, 'vmlinuz'), 'vmlinuz'],
    [join(root, 'initrd.img'), 'initrd.img'],
  ] as const) {
    await runTool(['cp', '--sparse=always', '--dereference', from, join(temporary, to)], {
      purpose: 'Keeping the base system',
      signal,
    });
  }
  const manifest = {
    suite: options.suite,
    mirror: options.mirror,
    packages: guestPackages(options.languages),
    createTime: new Date().toISOString(),
  };
  await writeFile(join(temporary, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function removeIn(namespace: UserNamespace, paths: string[]): Promise<void> {
  if (paths.length === 0) return;
  await namespace.run(['rm', '--recursive', '--force', '--one-file-system', ...paths], {
    purpose: 'Removing unpacked files',
    // Not cancelled with the build: what was unpacked must go in any case.
    signal: undefined,
  });
}

async function removeOwn(paths: string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

function archiveKeyring(): string {
  const keyring = archiveKeyrings.find((path) => existsSync(path));
  if (keyring !== undefined) return keyring;
  throw new UserError(
    `The keys of the Debian archive are missing: there is no ${archiveKeyrings[0]}. Install them with ${installCommand(undefined, packagesOf([archiveKeyrings[0]]))}.`,
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
