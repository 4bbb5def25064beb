// The programs of the host that pbot-vm needs: where they are found, and which packages hold them.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Family } from './distribution.js';

/** Packages, by the distributions that call them so. */
export type Packages = Readonly<Record<Family, readonly string[]>>;

/** Packages of each program, and of each file that is named by its path. */
const toolPackages = {
  virsh: {
    debian: ['libvirt-clients'],
    fedora: ['libvirt-client'],
    suse: ['libvirt-client'],
  },
  virtlogd: {
    debian: ['libvirt-daemon-system', 'libvirt-daemon-driver-qemu'],
    fedora: ['libvirt-daemon-kvm', 'libvirt-daemon-log'],
    suse: ['libvirt-daemon-qemu', 'libvirt-daemon-log'],
  },
  'qemu-system-x86_64': {
    debian: ['qemu-system-x86'],
    fedora: ['qemu-system-x86-core'],
    suse: ['qemu-x86'],
  },
  'qemu-img': { debian: ['qemu-utils'], fedora: ['qemu-img'], suse: ['qemu-img'] },
  mmdebstrap: inAll('mmdebstrap'),
  mke2fs: inAll('e2fsprogs'),
  debugfs: inAll('e2fsprogs'),
  newuidmap: { debian: ['uidmap'], fedora: ['shadow-utils'], suse: ['shadow'] },
  newgidmap: { debian: ['uidmap'], fedora: ['shadow-utils'], suse: ['shadow'] },
  '/usr/share/keyrings/debian-archive-keyring.gpg': {
    debian: ['debian-archive-keyring'],
    fedora: ['debian-keyring'],
    suse: ['debian-keyring'],
  },
} as const satisfies Record<string, Packages>;

/** A program, or the path of a file, that pbot-vm needs. */
export type Tool = keyof typeof toolPackages;

/** The packages that hold some tools, each once. */
export function packagesOf(tools: readonly Tool[]): Packages {
  const names = (family: Family) => [
    ...new Set(tools.flatMap((tool): readonly string[] => toolPackages[tool][family])),
  ];
  return { debian: names('debian'), fedora: names('fedora'), suse: names('suse') };
}

/**
 * Absolute path of a program, or of a file that is named by its path; `undefined` where it is not installed.
 *
 * @param searchPath a PATH that goes before the directories of the system
 */
export function findTool(name: string, searchPath = ''): string | undefined {
  if (name.startsWith('/')) return hasAccess(name, constants.F_OK) ? name : undefined;
  const directories = searchPath.split(':').filter((directory) => directory.startsWith('/'));
  return [...directories, ...systemDirectories]
    .map((directory) => join(directory, name))
    .find((path) => hasAccess(path, constants.X_OK));
}

function inAll(name: string): Packages {
  return { debian: [name], fedora: [name], suse: [name] };
}

/** The sbin directories are not on every user's path, and the tools of the file system live there. */
const systemDirectories = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

function hasAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
