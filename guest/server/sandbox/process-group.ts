import type { Fence, FenceMaker, Usage } from './cgroup-port.js';

/**
 * Fences that are process groups: enough to clean up after well-meaning programs in tests on a host. A process leaves
 * one by starting a session of its own.
 */
export const processGroupFences: FenceMaker = () => new ProcessGroupFence();

const unknownUsage: Usage = {
  cpuUserUs: 0,
  cpuSystemUs: 0,
  peakMemoryBytes: 0,
  peakProcesses: 0,
  outOfMemory: false,
  wasRefusedProcess: false,
};

class ProcessGroupFence implements Fence {
  #leader: number | undefined;

  enclose(pid: number): void {
    this.#leader = pid;
  }

  restrict(): void {
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
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  dissolve(): Promise<Usage> {
    this.kill();
    return Promise.resolve(unknownUsage);
  }
}
