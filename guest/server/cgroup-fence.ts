import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Fence, FenceLimits, FenceMaker, Usage } from './fence.js';

/** Processes of a phase where nobody asks for another number: a parallel compiler has room, a fork bomb has not. */
const defaultProcesses = 256;

/**
 * The most memory that one phase may use, in bytes, and what it has where nobody asks for less; the rest keeps the server and
 * the kernel alive.
 */
export const phaseMemoryBytes = Math.floor(totalmem() * 0.6);

/**
 * Fences that are cgroups (v2) below the server's own, which the service manager must have delegated to it.
 *
 * @throws Error where the server's cgroup can't be used
 */
export function cgroupFences(): FenceMaker {
  const root = join('/sys/fs/cgroup', ownCgroup());
  // A cgroup with children may hold no process of its own: the server moves into one beside the fences.
  const serverGroup = join(root, 'server');
  mkdirSync(serverGroup, { recursive: true });
  writeFileSync(join(serverGroup, 'cgroup.procs'), String(process.pid));
  writeFileSync(join(root, 'cgroup.subtree_control'), '+cpu +memory +pids');
  writeFileSync(join(serverGroup, 'cpu.weight'), '10000');
  return (name) => new CgroupFence(join(root, name));
}

function ownCgroup(): string {
  const line = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('0::'));
  if (line === undefined) throw new Error('this system has no cgroup v2');
  // After a restart in place the process may be in its own subgroup already.
  return line.slice('0::'.length).replace(/\/server$/, '');
}

class CgroupFence implements Fence {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(path);
    this.#write('pids.max', defaultProcesses);
    this.#write('memory.max', phaseMemoryBytes);
    this.#write('memory.oom.group', 1);
    this.#writeWhereSupported('memory.swap.max', 0);
  }

  enclose(pid: number): void {
    this.#write('cgroup.procs', pid);
    // The server's own low score is inherited; where the whole machine runs out, programs go first.
    writeFileSync(`/proc/${pid}/oom_score_adj`, '500');
  }

  restrict({ memoryBytes, processes }: FenceLimits): void {
    if (processes > 0 && processes !== defaultProcesses) this.#write('pids.max', processes);
    if (memoryBytes > 0) this.#write('memory.max', Math.min(memoryBytes, phaseMemoryBytes));
  }

  cpuTimeUs(): number {
    return this.#readNumber('cpu.stat', 'usage_usec');
  }

  kill(): void {
    this.#write('cgroup.kill', 1);
  }

  async dissolve(): Promise<Usage> {
    while (this.#isPopulated()) {
      this.kill();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const usage = this.#usage();
    rmdirSync(this.#path);
    return usage;
  }

  #isPopulated(): boolean {
    return this.#readNumber('cgroup.events', 'populated') === 1;
  }

  #usage(): Usage {
    return {
      cpuUserUs: this.#readNumber('cpu.stat', 'user_usec'),
      cpuSystemUs: this.#readNumber('cpu.stat', 'system_usec'),
      peakMemoryBytes: this.#readWhereSupported('memory.peak'),
      peakProcesses: this.#readWhereSupported('pids.peak'),
      outOfMemory: this.#readNumber('memory.events', 'oom_kill') > 0,
      wasRefusedProcess: this.#readNumber('pids.events', 'max') > 0,
    };
  }

  /** A number behind its key, one pair a line. */
  #readNumber(file: string, key: string): number {
    const line = readFileSync(join(this.#path, file), 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`${key} `));
    return Number(line?.slice(key.length + 1) ?? 0);
  }

  /** The peaks came with Linux 5.19 (memory) and 6.1 (pids); 0 says that this kernel does not know. */
  #readWhereSupported(file: string): number {
    try {
      return Number(readFileSync(join(this.#path, file), 'utf8'));
    } catch (error) {
      if (isMissingFile(error)) return 0;
      throw error;
    }
  }

  #write(file: string, value: number): void {
    writeFileSync(join(this.#path, file), String(value));
  }

  /** Kernels without swap accounting have no such file, and then no swap to forbid. */
  #writeWhereSupported(file: string, value: number): void {
    try {
      this.#write(file, value);
    } catch (error) {
      if (!isMissingFile(error)) throw error;
    }
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
