// The Hypervisor by way of the program virsh.

import { chmod, rename } from 'node:fs/promises';
import { execa } from 'execa';
import { sleep, systemClock } from '../lib/process/clock.js';
import {
  type DiskLayer,
  type DomainInfo,
  type DomainState,
  type Hypervisor,
  HypervisorError,
  type LoadedDomain,
  type ReadOptions,
  type RevertSituation,
  type SnapshotInfo,
  type SnapshotTarget,
} from './hypervisor.js';
import { findQemu, isStoppedProcess } from './qemu-process.js';
import {
  parseDomainInfo,
  parseDomainState,
  parseFailure,
  parseLoad,
  parseProcessorTime,
  parseRevertSituation,
  parseSnapshotInfo,
  parseSnapshotNames,
} from './virsh-output.js';
import { failureOf, VirshSessions } from './virsh-session.js';

/** How long virsh may take, in milliseconds. */
export interface VirshLimits {
  /** For reads. */
  readonly readMs: number;
  /** For commands of QEMU's monitor: a QEMU that takes longer hangs. */
  readonly monitorMs: number;
  /** For a start, a stop, a revert. */
  readonly changeMs: number;
  /** For the writing of a snapshot, memory included. */
  readonly snapshotMs: number;
}

/** The hypervisor by way of the program virsh, found on PATH. A domain must not be named by digits or a UUID alone. */
export class Virsh implements Hypervisor {
  readonly #uri: string;
  readonly #sessions: VirshSessions;
  readonly #limits: VirshLimits;
  readonly #pidDirectories: readonly string[];

  /** @param options.pidDirectories where libvirt writes the process ids of its QEMUs, if this is known */
  constructor(options: { uri: string; limits: VirshLimits; pidDirectories: readonly string[] }) {
    this.#uri = options.uri;
    this.#sessions = new VirshSessions(options.uri);
    this.#limits = options.limits;
    this.#pidDirectories = options.pidDirectories;
  }

  async domainState(domain: string, options: ReadOptions = {}): Promise<DomainState> {
    return parseDomainState(await this.#read(['domstate', `--domain=${domain}`], options));
  }

  async domainInfo(domain: string, options: ReadOptions = {}): Promise<DomainInfo> {
    return parseDomainInfo(await this.#read(['dumpxml', `--domain=${domain}`], options));
  }

  async processorTimeNs(domain: string, options: ReadOptions = {}): Promise<bigint | undefined> {
    return parseProcessorTime(
      await this.#read(['domstats', '--cpu-total', `--domain=${domain}`], options),
    );
  }

  async snapshotNames(domain: string, options: ReadOptions = {}): Promise<string[]> {
    const flags = ['--name', '--topological'];
    return parseSnapshotNames(
      await this.#read(['snapshot-list', `--domain=${domain}`, ...flags], options),
    );
  }

  async snapshotInfo(target: SnapshotTarget, options: ReadOptions = {}): Promise<SnapshotInfo> {
    const xml = await this.#read(['snapshot-dumpxml', ...targetArgs(target)], options);
    return parseSnapshotInfo(target.snapshot, xml);
  }

  async revertSituation(target: SnapshotTarget): Promise<RevertSituation> {
    const { domain, snapshot } = target;
    const answers = await this.#ask(
      [
        ['domstate', `--domain=${domain}`],
        ['snapshot-dumpxml', ...targetArgs(target)],
      ],
      { timeoutMs: this.#limits.readMs },
    );
    const pid = await findQemu(domain, this.#pidDirectories);
    const isStopped = pid !== undefined && (await isStoppedProcess(pid));
    return { ...parseRevertSituation(snapshot, answers), isStopped };
  }

  /** Ends the processes of virsh that wait for the next question. */
  close(): void {
    this.#sessions.end();
  }

  async createSnapshot({ domain, snapshot }: SnapshotTarget): Promise<void> {
    await this.#run(['snapshot-create-as', `--domain=${domain}`, `--name=${snapshot}`], {
      timeoutMs: this.#limits.snapshotMs,
    });
  }

  async deleteSnapshot(target: SnapshotTarget): Promise<void> {
    await this.#change(['snapshot-delete', ...targetArgs(target)]);
  }

  async revertToSnapshot(target: SnapshotTarget, options: { force: boolean }): Promise<void> {
    const force = options.force ? ['--force'] : [];
    await this.#change(['snapshot-revert', ...targetArgs(target), '--running', ...force]);
  }

  async loadInPlace(
    { domain, snapshot }: SnapshotTarget,
    { isNew }: { isNew: boolean },
  ): Promise<LoadedDomain> {
    const answers = await this.#ask(
      [
        ['qemu-monitor-command', `--domain=${domain}`, '--hmp', `loadvm ${snapshot}`],
        ['qemu-monitor-command', `--domain=${domain}`, '{"execute":"query-status"}'],
        ['domstate', `--domain=${domain}`],
      ],
      { timeoutMs: isNew ? this.#limits.changeMs : this.#limits.monitorMs },
    );
    return parseLoad(answers);
  }

  async start(domain: string, { paused } = { paused: false }): Promise<void> {
    await this.#change(['start', `--domain=${domain}`, ...(paused ? ['--paused'] : [])]);
  }

  async resume(domain: string): Promise<void> {
    await this.#change(['resume', `--domain=${domain}`]);
  }

  async resetDisk(domain: string, { path, basePath }: DiskLayer): Promise<void> {
    // The old disk is replaced when the new one is complete.
    const newPath = `${path}.new`;
    const layer = ['-f', 'qcow2', '-F', 'qcow2', '-b', basePath, newPath];
    const { failed, stderr, shortMessage } = await execa('qemu-img', ['create', '-q', ...layer], {
      reject: false,
      stdin: 'ignore',
      timeout: this.#limits.changeMs,
      cleanup: false,
    });
    if (failed) throw new HypervisorError('OTHER', `qemu-img create: ${stderr || shortMessage}`);
    // It will hold the memory of programs.
    await chmod(newPath, 0o600);
    await rename(newPath, path);
    for (const snapshot of await this.snapshotNames(domain)) {
      await this.#change(['snapshot-delete', ...targetArgs({ domain, snapshot }), '--metadata']);
    }
  }

  async kill(domain: string): Promise<void> {
    // libvirt itself asks a QEMU that hangs for ten seconds before it kills it.
    const pid = await findQemu(domain, this.#pidDirectories);
    if (pid === undefined || !sendKill(pid)) {
      await this.#change(['destroy', `--domain=${domain}`]);
      return;
    }
    const giveUpAtMs = performance.now() + this.#limits.readMs;
    while ((await this.domainState(domain)) !== 'shut off') {
      if (performance.now() > giveUpAtMs) {
        throw new HypervisorError(
          'TIMED_OUT',
          `libvirt has not seen that QEMU (${pid}) was killed`,
        );
      }
      await sleep(systemClock, deathPollMs);
    }
  }

  #read(args: VirshArguments, options: ReadOptions): Promise<string> {
    return this.#ask([args], { timeoutMs: this.#limits.readMs, ...options });
  }

  #change(args: VirshArguments): Promise<string> {
    return this.#run(args, { timeoutMs: this.#limits.changeMs });
  }

  /** For what is asked often: no process is started for it. All commands must go well. */
  async #ask(
    commands: readonly VirshArguments[],
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<string> {
    const line = commands.map((argv) => argv.map(quote).join(' ')).join('; ');
    const name = `virsh ${commands[0]?.[0]}`;
    const { stdout, stderr } = await this.#sessions.run({ line, name, ...options });
    if (stderr.trim() !== '') throw parseFailure(stderr);
    return stdout;
  }

  async #run(
    [subcommand, ...args]: VirshArguments,
    options: { timeoutMs: number },
  ): Promise<string> {
    const result = await execa('virsh', ['-q', '-c', this.#uri, subcommand, ...args], {
      env: { LC_ALL: 'C' },
      stdin: 'ignore',
      reject: false,
      timeout: options.timeoutMs,
      forceKillAfterDelay: 1000,
      // A stop of the service must neither cut a change short, nor be answered by execa, which would end the process.
      cleanup: false,
    });
    if (!result.failed) return result.stdout;
    const command = `virsh ${subcommand}`;
    if (result.timedOut) {
      throw new HypervisorError('TIMED_OUT', `${command} took longer than ${options.timeoutMs} ms`);
    }
    throw failureOf(result, { command, stderr: result.stderr });
  }
}

/** libvirt sees the end of a QEMU within 50 ms. */
const deathPollMs = 50;

/** @returns whether there was such a process, and it was ours to kill */
function sendKill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** A subcommand of virsh and what follows it. */
type VirshArguments = readonly [subcommand: string, ...args: string[]];

/** Values follow a `=`, so that none is taken for an option. */
function targetArgs({ domain, snapshot }: SnapshotTarget): string[] {
  return [`--domain=${domain}`, `--snapshotname=${snapshot}`];
}

/** One argument of a line that virsh itself parses. Names and commands of the monitor hold none of these characters. */
function quote(argument: string): string {
  if (/['\n]/.test(argument)) {
    throw new HypervisorError('OTHER', `a quote or a line break in an argument: ${argument}`);
  }
  return `'${argument}'`;
}
