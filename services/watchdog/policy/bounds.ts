// The times and numbers that bound the recovery of a machine.

import { defaultHeartbeatBounds, type HeartbeatBounds, heartbeatBounds } from '../heartbeat.js';

export interface RecoveryBounds {
  readonly heartbeat: HeartbeatBounds;
  /** Longest wait for the first heartbeat, from the moment when the machine becomes STARTING. */
  readonly firstHeartbeatMs: number;
  /** Reverts that may fail one after the other before the machine is OFFLINE. */
  readonly maxFailedReverts: number;
  /** After the first failed revert; doubled after each further one. */
  readonly minRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** A fault so soon after READY, without a program running, probably comes from a bad snapshot. */
  readonly earlyFaultMs: number;
  /** Early faults in a row whose reverts start at once. Later ones back off like failed reverts. */
  readonly freeEarlyFaults: number;
  /** Between the first two looks at a domain that is not known to run; doubled after each further one. */
  readonly minPollDelayMs: number;
  readonly maxPollDelayMs: number;
  /** Between the first two looks at the domain of a machine whose channel is cut; doubled after each further one. */
  readonly minCutOffDelayMs: number;
  /** Between two looks at the processor time of a READY machine. */
  readonly loadIntervalMs: number;
}

export const defaultRecoveryBounds: RecoveryBounds = {
  heartbeat: defaultHeartbeatBounds,
  firstHeartbeatMs: 60_000,
  maxFailedReverts: 5,
  minRetryDelayMs: 1_000,
  maxRetryDelayMs: 30_000,
  earlyFaultMs: 1_000,
  freeEarlyFaults: 5,
  minPollDelayMs: 250,
  maxPollDelayMs: 5_000,
  minCutOffDelayMs: 100,
  loadIntervalMs: 5_000,
};

/** The bounds that are configured: who lets a guest be silent for longer lets it start for longer too. */
export function recoveryBounds({
  heartbeatTimeoutMs,
}: {
  heartbeatTimeoutMs: number;
}): RecoveryBounds {
  const { firstHeartbeatMs } = defaultRecoveryBounds;
  return {
    ...defaultRecoveryBounds,
    heartbeat: heartbeatBounds(heartbeatTimeoutMs),
    firstHeartbeatMs: Math.max(heartbeatTimeoutMs, firstHeartbeatMs),
  };
}
