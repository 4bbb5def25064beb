// A resource group that is a process group: for programs that run on a host, in tests. It limits and counts nothing.

import { hasCode } from '../system-error.js';
import type { FindGroup, ResourceGroup } from './resource-group.js';

/**
 * Finds process groups: enough to clean up after well-meaning programs in tests on a host. A process leaves its group
 * by starting a session of its own.
 */
export const processGroupOf: FindGroup = ({ pid }) => new ProcessGroup(pid);

class ProcessGroup implements ResourceGroup {
  readonly #leader: number;

  constructor(leader: number) {
    this.#leader = leader;
  }

  cpuTimeUs(): undefined {
    return undefined;
  }

  kill(): void {
    try {
      process.kill(-this.#leader, 'SIGKILL');
    } catch (error) {
      // The group is empty already.
      if (!hasCode(error, 'ESRCH')) throw error;
    }
  }
}
