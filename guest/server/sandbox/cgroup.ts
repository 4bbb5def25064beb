// Resource groups that are cgroups (v2): one for each sandbox, and in it one for the init and one for each worker.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shares } from '../session/shares.js';
import type { GroupLimits, MakeGroup, ResourceGroup, Usage } from './resource-group.js';
import { hasCode } from './system-error.js';

/** Processes of a phase where nobody asks for another number: a parallel compiler has room, a fork bomb has not. */
const defaultProcesses = 256;

/** What a sandbox has beside the processes of a phase: its init, and a worker that waits. */
const initBytes = 16 * 1024 * 1024;

const controllers = '+cpu +memory +pids';

/** Makes the cgroups of workers, and puts the init of a sandbox in its own. */
export interface CgroupSetup {
  readonly makeGroup: MakeGroup;
  /** Beside its workers: what it does for its programs is counted with them. */
  readonly addInit: (sandbox: number, pid: number) => void;
}

/**
 * Sets up a cgroup for each sandbox, below the server's own, which the service manager must have delegated to it. It
 * holds one cgroup for the init and one for each worker. Sandboxes get equal parts of the processors. Files that a
 * compiler left count against the memory of their own sandbox, not of others.
 *
 * @throws Error where the server's cgroup can't be used
 */
export function setUpCgroups({ sandboxCount, memoryBytes }: Shares): CgroupSetup {
  const root = join('/sys/fs/cgroup', ownCgroup());
  try {
    divide(root, { sandboxCount, memoryBytes });
  } catch (error) {
    throw notDelegated(root, error);
  }
  return {
    makeGroup: (sandbox, name) => new Cgroup(join(root, `sandbox-${sandbox}`, name), memoryBytes),
    addInit: (sandbox, pid) => {
      writeFileSync(join(root, `sandbox-${sandbox}`, 'init', 'cgroup.procs'), String(pid));
      // Its end would be that of the server: where the sandbox is out of memory, something else must go.
      writeFileSync(`/proc/${pid}/oom_score_adj`, '-1000');
    },
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
  readonly #memoryBytes: number;
  #processes = defaultProcesses;

  /** @param memoryBytes the most that it ever has */
  constructor(path: string, memoryBytes: number) {
    this.#path = path;
    mkdirSync(path);
    this.#memoryBytes = memoryBytes;
    this.#write('pids.max', this.#processes);
    this.#write('memory.max', memoryBytes);
    this.#write('memory.oom.group', 1);
  }

  add(pid: number): void {
    this.#write('cgroup.procs', pid);
  }

  limit({ memoryBytes, processes }: GroupLimits): void {
    if (processes > 0 && processes !== this.#processes) {
      this.#processes = processes;
      this.#write('pids.max', processes);
    }
    if (memoryBytes > 0) this.#write('memory.max', Math.min(memoryBytes, this.#memoryBytes));
  }

  cpuTimeUs(): number {
    return numberAfter('usage_usec', this.#read('cpu.stat'));
  }

  kill(): void {
    this.#write('cgroup.kill', 1);
  }

  async dissolve(): Promise<Usage> {
    for (;;) {
      const usage = this.#usage();
      if (removeIfEmpty(this.#path)) return usage;
      this.kill();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #usage(): Usage {
    const processor = this.#read('cpu.stat');
    const peakProcesses = this.#readWhereSupported('pids.peak');
    // It is refused when it would be one too many: until then there is nothing to read, and each file costs an emulated
    // processor most of a millisecond.
    const mayLack = peakProcesses === 0 || peakProcesses >= this.#processes;
    return {
      cpuUserUs: numberAfter('user_usec', processor),
      cpuSystemUs: numberAfter('system_usec', processor),
      peakMemoryBytes: this.#readWhereSupported('memory.peak'),
      peakProcesses,
      outOfMemory: numberAfter('oom_kill', this.#read('memory.events')) > 0,
      wasRefusedProcess: mayLack && numberAfter('max', this.#read('pids.events')) > 0,
    };
  }

  #read(file: string): string {
    return readFileSync(this.#file(file), 'utf8');
  }

  /** The peaks came with Linux 5.19 (memory) and 6.1 (pids); 0 says that this kernel does not know. */
  #readWhereSupported(file: string): number {
    try {
      return Number(this.#read(file));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return 0;
      throw error;
    }
  }

  #write(file: string, value: number): void {
    writeFileSync(this.#file(file), String(value));
  }

  /** Without `join`, which looks for what is not there: it took 3 ms of each program on an emulated processor. */
  #file(name: string): string {
    return `${this.#path}/${name}`;
  }
}

/** A cgroup with a process can't be removed. One that has ended and was not waited for is none. */
function removeIfEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EBUSY')) return false;
    throw error;
  }
}

/** What a file with one pair a line has for a key. */
function numberAfter(key: string, text: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${key} `));
  return Number(line?.slice(key.length + 1) ?? 0);
}
