// Runs mmdebstrap, which makes a Debian system out of packages: once for what every guest has, once for the languages.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../services/lib/process/user-error.js';
import { installCommand } from '../distribution.js';
import { packagesOf } from '../tools.js';
import { dpkgOptions } from './guest-system.js';
import { hostChecksValidity, sourceLines } from './mirror.js';
import { type OnProgress, packageProgress, type Round } from './progress.js';
import { runTool } from './tools.js';
import type { UserNamespace } from './user-namespace.js';

/** What both layers of a system are made with. */
export interface LayerOptions {
  readonly suite: string;
  readonly mirror: string;
  readonly cacheDir: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
}

/** Settings of mmdebstrap that shape each layer. Its own cleaning would make each boot a first boot. */
export const settingsOfAllLayers = [
  '--architectures=amd64',
  '--skip=cleanup/reproducible',
  '--aptopt=Acquire::Languages "none"',
  '--aptopt=APT::Install-Recommends "false"',
  ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
];

/** @throws UserError */
export async function bootstrap(
  options: Pick<LayerOptions, 'suite' | 'mirror' | 'onProgress' | 'signal'> & {
    /** Which packages, and what is done before and after, in the words of mmdebstrap. */
    readonly settings: readonly string[];
    /** Directory or archive that is made. */
    readonly target: string;
    readonly mode: UserNamespace['mode'];
    /** Directory of this user for files that mmdebstrap needs meanwhile. */
    readonly toolScratch: string;
    /** How many packages are installed at a time, and which share of a whole build that is. */
    readonly rounds: readonly Round[];
  },
): Promise<void> {
  const { suite, mirror, mode, signal } = options;
  const progress = packageProgress(options.rounds);
  const validity = await hostChecksValidity();
  await runTool(
    inOwnMounts(mode, [
      'mmdebstrap',
      '--verbose',
      `--mode=${mode}`,
      ...settingsOfAllLayers,
      '--aptopt=Acquire::Retries "3"',
      ...(validity === undefined ? [] : [`--aptopt=Acquire::Check-Valid-Until "${validity}"`]),
      `--keyring=${archiveKeyring()}`,
      ...(await withScriptFiles(options.settings, options.toolScratch)),
      suite,
      options.target,
      ...sourceLines(suite, mirror),
    ]),
    {
      purpose: `Installing Debian ${suite} from ${mirror}`,
      program: 'mmdebstrap',
      signal,
      environment: { TMPDIR: options.toolScratch, PATH: distributionFirst },
      onLine: (line) => options.onProgress(progress(line)),
    },
  ).catch((error: unknown) => {
    throw withAdvice(error, mode);
  });
}

/**
 * What mmdebstrap mounts in the guest's root is seen by nobody else and ends with it, however it ends. In a user namespace it is so
 * anyway. On the host, mounts of a build that was killed would stay, and its files with them.
 */
function inOwnMounts(
  mode: UserNamespace['mode'],
  command: [string, ...string[]],
): [string, ...string[]] {
  return mode === 'root' ? ['unshare', '--mount', '--propagation', 'private', ...command] : command;
}

/**
 * mmdebstrap starts a Python program for each of the first packages. A Python of a version manager, which may come first on the path
 * of the user, takes many times as long to start as the distribution's.
 */
const distributionFirst = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin';

/**
 * The settings with each script in a file: when one fails, mmdebstrap prints what it was given, and a whole script would hide why
 * it failed.
 */
async function withScriptFiles(settings: readonly string[], directory: string): Promise<string[]> {
  const scripts = settings.map((setting) => /^(--[a-z]+-hook=)(.*\n.*)$/s.exec(setting));
  return await Promise.all(
    settings.map(async (setting, index) => {
      const [, option, text] = scripts[index] ?? [];
      if (text === undefined) return setting;
      const path = join(directory, `script-${index}`);
      await writeFile(path, `#!/bin/sh\n${text}`, { mode: 0o755 });
      return `${option}${path}`;
    }),
  );
}

/** @throws UserError where the host has none */
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

/** The error with what the operator can do about it. */
export function withAdvice(error: unknown, mode: UserNamespace['mode']): unknown {
  if (!(error instanceof UserError)) return error;
  if (mode === 'unshare' && /subuid|subgid|unshare|newuidmap|newgidmap/i.test(error.message)) {
    return new UserError(
      `${error.message}\nBuilding without root needs a range of subordinate ids and user namespaces: run ` +
        '"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER", or build as root.',
      { cause: error },
    );
  }
  if (/Release file.*(expired|not valid)/i.test(error.message)) {
    return new UserError(
      `${error.message}\nThe lists of the mirror are too old, or the clock of this host is wrong. For a mirror that is kept as it is, ` +
        `say so to apt of this host: Acquire::Check-Valid-Until "false"; in a file of /etc/apt/apt.conf.d. The guest image follows it.`,
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
