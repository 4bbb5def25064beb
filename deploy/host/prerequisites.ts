import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { DeployError } from './deploy-error.js';
import { type Family, readFamily } from './distribution.js';

/** Something that must be on the host, and the packages that bring it. */
interface Requirement {
  /** Program on PATH, or an absolute path. */
  readonly needed: string;
  readonly packages: Readonly<Record<Family, readonly string[]>>;
}

const requirements: readonly Requirement[] = [
  same('virsh', {
    debian: ['libvirt-clients'],
    fedora: ['libvirt-client'],
    suse: ['libvirt-client'],
  }),
  same('virtlogd', {
    debian: ['libvirt-daemon-system', 'libvirt-daemon-driver-qemu'],
    fedora: ['libvirt-daemon-kvm', 'libvirt-daemon-log'],
    suse: ['libvirt-daemon-qemu', 'libvirt-daemon-log'],
  }),
  same('qemu-system-x86_64', {
    debian: ['qemu-system-x86'],
    fedora: ['qemu-system-x86-core'],
    suse: ['qemu-x86'],
  }),
  same('qemu-img', { debian: ['qemu-utils'], fedora: ['qemu-img'], suse: ['qemu-img'] }),
  same('mmdebstrap', { debian: ['mmdebstrap'], fedora: ['mmdebstrap'], suse: ['mmdebstrap'] }),
  same('mke2fs', { debian: ['e2fsprogs'], fedora: ['e2fsprogs'], suse: ['e2fsprogs'] }),
  same('/usr/share/keyrings/debian-archive-keyring.gpg', {
    debian: ['debian-archive-keyring'],
    fedora: ['debian-keyring'],
    suse: ['debian-keyring'],
  }),
];

const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What is missing and how to install it. */
export interface MissingPrerequisites {
  readonly needed: readonly string[];
  readonly packages: readonly string[];
  /** Command lines, one after the other. */
  readonly commands: readonly (readonly [string, ...string[]])[];
}

/**
 * Looks for what the host must have.
 *
 * @returns `undefined` where all is there
 * @throws DeployError on a distribution whose packages are not known
 */
export async function findMissing(options: {
  isRoot: boolean;
}): Promise<MissingPrerequisites | undefined> {
  const missing = requirements.filter((each) => !isPresent(each.needed));
  if (missing.length === 0) return undefined;
  const needed = missing.map((each) => each.needed);
  const family = await readFamily();
  if (family === undefined) {
    throw new DeployError(
      `Missing on this host: ${needed.join(', ')}. Install them with its package manager.`,
    );
  }
  const packages = [...new Set(missing.flatMap((each) => each.packages[family]))];
  const sudo: string[] = options.isRoot ? [] : ['sudo'];
  const commands = installCommands(family, packages).map(
    (command) => [...sudo, ...command] as unknown as [string, ...string[]],
  );
  return { needed, packages, commands };
}

/** @throws DeployError */
export async function installMissing(
  missing: MissingPrerequisites,
  onLine: (line: string) => void,
): Promise<void> {
  for (const [program, ...words] of missing.commands) {
    const subprocess = execa(program, words, {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      stdin: 'inherit',
      all: true,
      reject: false,
    });
    for await (const line of subprocess.iterable({ from: 'all' })) onLine(line);
    const { failed, all } = await subprocess;
    if (!failed) continue;
    const tail = all.split('\n').slice(-5).join('\n');
    throw new DeployError(`${program} ${words.join(' ')} has failed:\n${tail}`);
  }
}

function same(needed: string, packages: Requirement['packages']): Requirement {
  return { needed, packages };
}

function isPresent(needed: string): boolean {
  if (needed.startsWith('/')) return existsSync(needed);
  return searchPath.some((directory) => {
    try {
      accessSync(join(directory, needed), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function installCommands(family: Family, packages: readonly string[]): [string, ...string[]][] {
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
