// A resource group that is a process group: for programs that run on a host, in tests. It limits and counts nothing.

import type { MakeGroup, ResourceGroup, Usage } from './resource-group.js';
import { hasCode } from './system-error.js';

/**
 * Makes process groups: enough to clean up after well-meaning programs in tests on a host. A process leaves its group
 * by starting a session of its own.
 */
export const makeProcessGroup: MakeGroup = () => new ProcessGroup();

const unknownUsage: Usage = {
  cpuUserUs: 0,
  cpuSystemUs: 0,
  peakMemoryBytes: 0,
  peakProcesses: 0,
  outOfMemory: false,
  wasRefusedProcess: false,
};

class ProcessGroup implements ResourceGroup {
  #leader: number | undefined;

  add(pid: number): void {
    this.#leader = pid;
  }

  limit(): void {
    // A process group bounds nothing.
  }

  cpuTimeUs(): undefined {
    return undefined;
  }

  kill(): void {
    if (this.#leader === undefined) return;
    try {
      process.kill(-this.#leader, 'SIGKILL');
    } catch (error) {
      // The group is empty already.
      if (!hasCode(error, 'ESRCH')) throw error;
    }
  }

  dissolve(): Promise<Usage> {
    this.kill();
    return Promise.resolve(unknownUsage);
  }
}
