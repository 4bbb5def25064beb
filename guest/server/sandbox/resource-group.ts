// The processes of one phase together, as the server looks at them and kills them. The supervisor makes their group, limits it and
// says at its end what was used. `cgroup.ts` implements this for machines, `process-group.ts` for tests on a host.

import type { WorkerProcess } from '../supervisor/supervisor.js';

/** The processes of a worker, and what they have started. */
export interface ResourceGroup {
  /** Processor time that was used inside, in microseconds; `undefined`: not known. */
  cpuTimeUs(): number | undefined;
  /** Ends every process inside. */
  kill(): void;
}

/** Finds the group of a worker. */
export type FindGroup = (
  worker: Pick<WorkerProcess, 'sandbox' | 'number' | 'pid'>,
) => ResourceGroup;
