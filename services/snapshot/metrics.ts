// The metrics of the Snapshot service: how long reverts take, and which fail.

import { declareMetric, histogram } from '../lib/telemetry/metrics.js';
import { HypervisorError } from './hypervisor.js';
import type { RevertMethodName } from './revert.js';

const revertSeconds = declareMetric({
  name: 'pbotvm_snapshot_revert_seconds',
  kind: 'histogram',
  description: 'Time of the Snapshot service to revert a domain; the guest answers a moment later',
  labels: {
    method: '`in-place`, `restart`, `libvirt`, `rebuild`; `none` where all that suit have failed',
    failure: 'empty, or what libvirt reported, such as `TIMED_OUT`',
  },
  buckets: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 5, 10, 30, 60],
});

export const snapshotMetrics = [revertSeconds];

/** @returns what measures a revert */
export function revertMeter(
  nowMs: () => number,
): (revert: () => Promise<RevertMethodName>) => Promise<RevertMethodName> {
  const record = histogram(revertSeconds);
  return async (revert) => {
    const startedAtMs = nowMs();
    const seconds = () => (nowMs() - startedAtMs) / 1000;
    try {
      const method = await revert();
      record(seconds(), { method, failure: '' });
      return method;
    } catch (error) {
      const failure = error instanceof HypervisorError ? error.kind : 'OTHER';
      record(seconds(), { method: 'none', failure });
      throw error;
    }
  };
}
