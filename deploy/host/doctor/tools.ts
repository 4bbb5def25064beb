import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { type Family, installCommand } from '../distribution.js';
import { toolPath } from '../image/tools.js';
import { type Check, type Finding, failed, ok, warning } from './check.js';

/** Whether the programs that pbot-vm starts are installed. */
export function toolsCheck(options: {
  isRoot: boolean;
  environment: NodeJS.ProcessEnv;
  /** Whether a machine can be made without building an image first. */
  hasMachine: () => Promise<boolean>;
  family: () => Promise<Family | undefined>;
}): Check {
  const wanted = options.isRoot ? tools : [...tools, ...toolsOfUsers];
  return {
    title: 'tools',
    run: async () =>
      judgeTools({
        wanted,
        missing: wanted.filter(({ name }) => findTool(name, options.environment) === undefined),
        hasMachine: await options.hasMachine(),
        family: await options.family(),
      }),
  };
}

/** A program of the host. */
export interface Tool {
  readonly name: string;
  /** `build`: only to build a guest image. */
  readonly purpose: 'run' | 'build';
  readonly packages: Readonly<Record<Family, string>>;
}

/** Judges which programs are missing. */
export function judgeTools(facts: {
  wanted: readonly Tool[];
  missing: readonly Tool[];
  hasMachine: boolean;
  family: Family | undefined;
}): Finding {
  const { wanted, missing, hasMachine, family } = facts;
  if (missing.length === 0) return ok(wanted.map(({ name }) => name).join(', '));
  const detail = `not found: ${missing.map(({ name }) => name).join(', ')}`;
  const fix = `Install with ${installCommand(family, {
    debian: missing.map((tool) => tool.packages.debian),
    fedora: missing.map((tool) => tool.packages.fedora),
    suse: missing.map((tool) => tool.packages.suse),
  })}.`;
  const isEnough = hasMachine && missing.every(({ purpose }) => purpose === 'build');
  return isEnough ? warning(`${detail}; needed to build the next image`, fix) : failed(detail, fix);
}

/** Absolute path of a program on PATH, or in one of the system's own directories. */
export function findTool(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const onPath = (environment['PATH'] ?? '')
    .split(':')
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => join(directory, name))
    .find((path) => isExecutable(path));
  return onPath ?? toolPath(name);
}

const fileSystemPackages = { debian: 'e2fsprogs', fedora: 'e2fsprogs', suse: 'e2fsprogs' };
const userIdPackages = { debian: 'uidmap', fedora: 'shadow-utils', suse: 'shadow' };

const tools: readonly Tool[] = [
  {
    name: 'qemu-system-x86_64',
    purpose: 'run',
    packages: { debian: 'qemu-system-x86', fedora: 'qemu-system-x86-core', suse: 'qemu-x86' },
  },
  {
    name: 'qemu-img',
    purpose: 'run',
    packages: { debian: 'qemu-utils', fedora: 'qemu-img', suse: 'qemu-img' },
  },
  { name: 'mke2fs', purpose: 'build', packages: fileSystemPackages },
  { name: 'debugfs', purpose: 'build', packages: fileSystemPackages },
  {
    name: 'mmdebstrap',
    purpose: 'build',
    packages: { debian: 'mmdebstrap', fedora: 'mmdebstrap', suse: 'mmdebstrap' },
  },
];

/** The guest's files belong to many users; these give ids to somebody who is not root. */
const toolsOfUsers: readonly Tool[] = [
  { name: 'newuidmap', purpose: 'build', packages: userIdPackages },
  { name: 'newgidmap', purpose: 'build', packages: userIdPackages },
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
