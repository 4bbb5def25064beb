// Counts the processor time of all processes of the host that take part in an execution or a revert.

import { existsSync, readFileSync } from 'node:fs';
import { qemuPid } from '../support/qemu-pid.js';
import { processorMs, processorMsOfChildren } from './stack.js';

/** libvirt is one daemon or several. Each writes its process id. */
const libvirtPidFiles = ['libvirtd', 'virtqemud', 'virtlogd'].map((name) => `/run/${name}.pid`);

export class HostProcessors {
  readonly #pids: ReadonlyMap<string, readonly number[]>;
  #beforeMs: ReadonlyMap<string, number>;

  private constructor(pids: ReadonlyMap<string, readonly number[]>) {
    this.#pids = pids;
    this.#beforeMs = this.#nowMs();
  }

  /** Counts the services with the virsh that they start, libvirt's daemons, and the QEMUs of these machines. */
  static async of(
    services: Readonly<Record<string, number>>,
    machines: readonly string[],
  ): Promise<HostProcessors> {
    const pids = new Map<string, number[]>();
    for (const name of ['executor', 'watchdog', 'snapshot']) {
      pids.set(name, [services[name] as number]);
    }
    pids.set(
      'libvirt',
      libvirtPidFiles.filter(existsSync).map((path) => Number(readFileSync(path, 'utf8'))),
    );
    pids.set('QEMU', await Promise.all(machines.map(qemuPid)));
    return new HostProcessors(pids);
  }

  /** What each has used since the last call, in milliseconds. */
  takeMs(): Map<string, number> {
    const now = this.#nowMs();
    const used = [...now].map(([name, ms]): [string, number] => [
      name,
      ms - (this.#beforeMs.get(name) ?? 0),
    ]);
    this.#beforeMs = now;
    return new Map(used);
  }

  #nowMs(): Map<string, number> {
    const times = new Map<string, number>();
    for (const [name, pids] of this.#pids) {
      const own = pids.map((pid) => processorMs(pid));
      times.set(
        name,
        own.reduce((sum, ms) => sum + ms, 0),
      );
      if (name !== 'snapshot') continue;
      times.set('virsh', virshMs(pids[0] as number));
    }
    return times;
  }
}

/** Those that have ended, and those that wait for the next question. */
function virshMs(snapshotPid: number): number {
  const children = readFileSync(`/proc/${snapshotPid}/task/${snapshotPid}/children`, 'utf8');
  const running = children.split(' ').filter((pid) => pid !== '');
  return running.reduce(
    (sum, pid) => sum + processorMs(Number(pid)),
    processorMsOfChildren(snapshotPid),
  );
}
