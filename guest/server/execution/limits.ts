// The limits of a phase as the guest applies them, and which limit ended a phase.

import {
  Limit,
  type PhaseLimits,
  type Start,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { type ChannelLimitField, channelLimitFields } from '../../protocol/limits.js';
import type { Outcome, Usage } from '../supervisor/worker-end.js';

/** What the processes of a worker may use. 0: what the guest gives by itself. */
export type WorkerLimits = Readonly<Record<ChannelLimitField, number>> & {
  /** Size of a core file; absent: none is made. */
  readonly coreBytes?: number;
};

export const noLimits = workerLimits(undefined);

/** The limits of a phase as the host has sent them. */
export function workerLimits(message: PhaseLimits | undefined): WorkerLimits {
  const amounts = channelLimitFields.map(
    (field) => [field, Number(message?.[field] ?? 0)] as const,
  );
  return Object.fromEntries(amounts) as Record<ChannelLimitField, number>;
}

/**
 * Why an execution can't have the limits that it asks for, if so.
 *
 * @param phaseMemoryBytes the most that a phase may be given; 0: not known
 */
export function limitsViolation(start: Start, phaseMemoryBytes: number): string | undefined {
  if (phaseMemoryBytes === 0) return undefined;
  const asked = [start.compileLimits, start.runLimits].map(
    (each) => workerLimits(each).memoryBytes,
  );
  if (Math.max(...asked) <= phaseMemoryBytes) return undefined;
  return `this guest gives at most ${phaseMemoryBytes} bytes of memory to a phase`;
}

/**
 * What ended a phase before its own end, by what the kernel has counted and how the main process ended. Nothing is
 * guessed: a program that handles a failed system call and then exits counts as a normal exit.
 *
 * @param endedBy why the server ended it, if it did
 */
export function limitOf(endedBy: Limit, outcome: Outcome, usage: Usage): Limit {
  if (endedBy !== Limit.UNSPECIFIED) return endedBy;
  if (usage.outOfMemory) return Limit.MEMORY;
  const signal = outcome.kind === 'signalled' ? outcome.signal : undefined;
  if (signal === 'SIGXCPU') return Limit.CPU_TIME;
  if (signal === 'SIGXFSZ') return Limit.FILE_SIZE;
  const hasFailed = outcome.kind === 'signalled' || outcome.exitCode !== 0;
  return hasFailed && usage.wasRefusedProcess ? Limit.PROCESSES : Limit.UNSPECIFIED;
}
