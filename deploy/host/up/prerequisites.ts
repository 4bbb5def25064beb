// Finds out what `pbot-vm up` lacks on this host, and installs it.

import { execa } from 'execa';
import { UserError } from '../../../services/lib/process/user-error.js';
import { type Family, readFamily } from '../distribution.js';
import { findTool, packagesOf, type Tool } from '../tools.js';

/** What `pbot-vm up` needs, as any user. */
export const neededTools: readonly Tool[] = [
  'virsh',
  'virtlogd',
  'qemu-system-x86_64',
  'qemu-img',
  'mmdebstrap',
  'mke2fs',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];

type CommandLine = readonly [string, ...string[]];

/** What is missing and how to install it. */
export interface MissingPrerequisites {
  readonly tools: readonly Tool[];
  readonly packages: readonly string[];
  /** Run one after the other. */
  readonly commands: readonly CommandLine[];
}

/**
 * Looks for what the host must have.
 *
 * @returns `undefined` where all is there
 * @throws UserError on a distribution whose packages are not known
 */
export async function findMissing(options: {
  isRoot: boolean;
}): Promise<MissingPrerequisites | undefined> {
  const tools = neededTools.filter((tool) => findTool(tool) === undefined);
  if (tools.length === 0) return undefined;
  const family = await readFamily();
  if (family === undefined) {
    throw new UserError(
      `Missing on this host: ${tools.join(', ')}. Install them with its package manager.`,
    );
  }
  const packages = packagesOf(tools)[family];
  const commands = installCommands(family, packages).map(
    (command): CommandLine => (options.isRoot ? command : ['sudo', ...command]),
  );
  return { tools, packages, commands };
}

/** @throws UserError */
export async function installMissing(
  missing: MissingPrerequisites,
  onLine: (line: string) => void,
): Promise<void> {
  for (const [program, ...args] of missing.commands) {
    const subprocess = execa(program, args, {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      stdin: 'inherit',
      all: true,
      reject: false,
    });
    for await (const line of subprocess.iterable({ from: 'all' })) onLine(line);
    const { failed, all } = await subprocess;
    if (!failed) continue;
    const tail = all.split('\n').slice(-5).join('\n');
    throw new UserError(`${program} ${args.join(' ')} has failed:\n${tail}`);
  }
}

function installCommands(family: Family, packages: readonly string[]): CommandLine[] {
  switch (family) {
    case 'debian':
      return [
        ['apt-get', 'update'],
        ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
      ];
    case 'fedora':
      return [['dnf', 'install', '-y', ...packages]];
    case 'suse':
      return [['zypper', '--non-interactive', 'install', ...packages]];
  }
}
