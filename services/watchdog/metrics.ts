// The metrics of the Watchdog: the states of the machines, and their reverts.

import { counter, declareMetric, histogram, observe } from '../lib/telemetry/metrics.js';
import { type FaultReason, legalMoves, type Machine, type MachineEvent } from './machine-state.js';
import type { Reversion } from './snapshot-client.js';

const reasonLabel =
  'why, such as `timed-out`; `used` after an execution with `PBOTVM_REVERT=always`';

const machineState = declareMetric({
  name: 'pbotvm_machine_state',
  kind: 'gauge',
  description: '1 for the state that a machine is in, 0 for the others',
  labels: { machine: 'its name', state: '`unknown`, `starting`, `ready`, `reverting`, `offline`' },
});

const reverts = declareMetric({
  name: 'pbotvm_reverts_total',
  kind: 'counter',
  description: 'Attempts to revert a machine that have ended',
  labels: {
    reason: reasonLabel,
    method: '`in-place`, `restart`, `libvirt`, `rebuild`; `none` where the attempt failed',
  },
});

const recoverySeconds = declareMetric({
  name: 'pbotvm_recovery_seconds',
  kind: 'histogram',
  description: 'Time from a fault to the first heartbeat of the reverted machine',
  labels: { reason: reasonLabel },
  buckets: [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300],
});

export const watchdogMetrics = [machineState, reverts, recoverySeconds];

/** Records what becomes of the machines. */
export interface RecoveryMetrics {
  /** @param machine as the event has left it */
  readonly follow: (event: MachineEvent, machine: Machine) => void;
  /** Counts an attempt to revert a domain. */
  readonly counted: (domain: string, revert: () => Promise<Reversion>) => Promise<Reversion>;
}

export function recoveryMetrics(): RecoveryMetrics {
  const countRevert = counter(reverts);
  const recordRecovery = histogram(recoverySeconds);
  /** Of the reverts under way, by domain. */
  const reasons = new Map<string, FaultReason>();
  const reasonOf = (domain: string) => reasons.get(domain) ?? 'operator';
  return {
    follow: (event, { domain, lastRevertDurationMs }) => {
      if (event.kind === 'fault') reasons.set(domain, event.reason);
      if (event.kind !== 'heartbeat' || !reasons.has(domain)) return;
      recordRecovery((lastRevertDurationMs ?? 0) / 1000, { reason: reasonOf(domain) });
      reasons.delete(domain);
    },
    counted: async (domain, revert) => {
      const reason = reasonOf(domain);
      try {
        const reverted = await revert();
        countRevert({ reason, method: reverted.method });
        return reverted;
      } catch (error) {
        countRevert({ reason, method: 'none' });
        throw error;
      }
    },
  };
}

/** Has the states of the machines read when somebody wants to know them. */
export function observeMachines(machines: () => readonly Machine[]): void {
  observe(machineState, () =>
    machines().flatMap(({ name, state: current }) =>
      Object.keys(legalMoves).map((state) => ({
        value: state === current ? 1 : 0,
        labels: { machine: name, state },
      })),
    ),
  );
}
