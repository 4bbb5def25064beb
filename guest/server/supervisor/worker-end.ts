// How a worker has ended and what it used, out of the numbers of an `ended` line of `supervisor.py`.

import { signalName } from '../../protocol/signals.js';

/** How the main process of a worker ended. */
export type Outcome =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'signalled'; readonly signal: string };

/** What the processes of a worker used together. 0: not known. */
export interface Usage {
  readonly cpuUserUs: number;
  readonly cpuSystemUs: number;
  readonly peakMemoryBytes: number;
  readonly peakProcesses: number;
  /** The kernel ended a process because the memory of the worker was used up. */
  readonly outOfMemory: boolean;
  /** The kernel refused a process or a thread because the worker had as many as it may have. Of a worker that has failed. */
  readonly wasRefusedProcess: boolean;
}

/** The end of a worker: no process of it is left. */
export interface WorkerEnd {
  readonly outcome: Outcome;
  readonly usage: Usage;
}

/** @param numbers of an `ended` line: the status as wait(2) gives it, and the usage as `control_groups.py` lists it */
export function endOf([waitStatus = 0, ...usage]: readonly number[]): WorkerEnd {
  return { outcome: outcomeOf(waitStatus), usage: usageOf(usage) };
}

/** Reads what wait(2) gives. */
export function outcomeOf(waitStatus: number): Outcome {
  const number = waitStatus & 0x7f;
  if (number === 0) return { kind: 'exited', exitCode: waitStatus >> 8 };
  return { kind: 'signalled', signal: signalName(number) };
}

function usageOf(numbers: readonly number[]): Usage {
  const [cpuUserUs = 0, cpuSystemUs = 0, peakMemoryBytes = 0, peakProcesses = 0] = numbers;
  const [outOfMemory, wasRefusedProcess] = numbers.slice(4).map((number) => number === 1);
  return {
    cpuUserUs,
    cpuSystemUs,
    peakMemoryBytes,
    peakProcesses,
    outOfMemory: outOfMemory ?? false,
    wasRefusedProcess: wasRefusedProcess ?? false,
  };
}
