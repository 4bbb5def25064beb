// Resource groups that are cgroups (v2): one for each sandbox, and in it one for the init and one for each worker. Those of workers
// are made and removed by the supervisor (`control_groups.py`).

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shares } from '../session/shares.js';
import { hasCode } from '../system-error.js';
import type { FindGroup, ResourceGroup } from './resource-group.js';

/** What a sandbox has beside the processes of a phase: its init, and a worker that waits. */
const initBytes = 16 * 1024 * 1024;

const controllers = '+cpu +memory +pids';

/** The cgroups of sandboxes. */
export interface Cgroups {
  /** The directory that holds them. */
  readonly directory: string;
  readonly groupOf: FindGroup;
}

/**
 * Sets up a cgroup for each sandbox, below the server's own, which the service manager must have delegated to it. It
 * holds one cgroup for the init and one for each worker. Sandboxes get equal parts of the processors. Files that a
 * compiler left count against the memory of their own sandbox, not of others.
 *
 * @throws Error where the server's cgroup can't be used
 */
export function setUpCgroups({ sandboxCount, memoryBytes }: Shares): Cgroups {
  const directory = join('/sys/fs/cgroup', ownCgroup());
  try {
    divide(directory, { sandboxCount, memoryBytes });
  } catch (error) {
    throw notDelegated(directory, error);
  }
  return {
    directory,
    groupOf: ({ sandbox, number }) =>
      new Cgroup(`${directory}/sandbox-${sandbox}/worker-${number}`),
  };
}

function divide(
  root: string,
  { sandboxCount, memoryBytes }: Pick<Shares, 'sandboxCount' | 'memoryBytes'>,
): void {
  // A cgroup with children may hold no process of its own: the server moves into one beside the sandboxes.
  const serverGroup = join(root, 'server');
  mkdirSync(serverGroup, { recursive: true });
  writeFileSync(join(serverGroup, 'cgroup.procs'), String(process.pid));
  writeFileSync(join(root, 'cgroup.subtree_control'), controllers);
  writeFileSync(join(serverGroup, 'cpu.weight'), '10000');
  for (let sandbox = 0; sandbox < sandboxCount; sandbox += 1) {
    const group = join(root, `sandbox-${sandbox}`);
    mkdirSync(join(group, 'init'), { recursive: true });
    writeFileSync(join(group, 'cgroup.subtree_control'), controllers);
    writeFileSync(join(group, 'memory.max'), String(memoryBytes + initBytes));
    writeWhereSupported(join(group, 'memory.swap.max'), '0');
  }
}

/** Kernels without swap accounting have no such file. The guests have no swap. */
function writeWhereSupported(path: string, value: string): void {
  try {
    writeFileSync(path, value);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** A cgroup that no service manager has delegated, as that of a login session. */
function notDelegated(root: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(
    `its cgroup ${root} is not the server's to divide (${reason}). As root, start it in one of its own: ` +
      'systemd-run --scope --property=Delegate=yes /usr/local/lib/pbot-vm/start-server, with its arguments; ' +
      'or start the service: systemctl start pbot-vm-guest',
    { cause: error },
  );
}

function ownCgroup(): string {
  const line = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('0::'));
  if (line === undefined) throw new Error('this system has no cgroup v2');
  // After a restart in place the process may be in its own subgroup already.
  return line.slice('0::'.length).replace(/\/server$/, '');
}

class Cgroup implements ResourceGroup {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  cpuTimeUs(): number | undefined {
    try {
      const text = readFileSync(`${this.#path}/cpu.stat`, 'utf8');
      return Number(/^usage_usec (\d+)$/m.exec(text)?.[1] ?? 0);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  kill(): void {
    try {
      writeFileSync(`${this.#path}/cgroup.kill`, '1');
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** The supervisor removes a cgroup as soon as no process is left in it: before it can say so, or while a file of it is read. */
function isGone(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENODEV');
}
