import { afterEach, beforeEach, expect, it } from 'vitest';
import { HypervisorError } from '../../../services/snapshot/hypervisor.js';
import { revertMeter } from '../../../services/snapshot/metrics.js';
import { type KeptMetrics, keepMetrics } from '../lib/kept-metrics.js';

let kept: KeptMetrics;

beforeEach(() => {
  kept = keepMetrics();
});

afterEach(() => kept.stop());

it('a revert is measured by its method, and one that fails by its failure', async () => {
  let now = 0;
  const measure = revertMeter(() => now);
  const restart = async () => {
    now += 800;
    return 'restart' as const;
  };
  expect(await measure(restart)).toBe('restart');
  const failing = () => Promise.reject(new HypervisorError('TIMED_OUT', 'late'));
  await expect(measure(failing)).rejects.toThrow('late');
  expect(await kept.lines('pbotvm_snapshot_revert_seconds_sum')).toEqual([
    'pbotvm_snapshot_revert_seconds_sum{method="restart",failure=""} 0.8',
    'pbotvm_snapshot_revert_seconds_sum{method="none",failure="TIMED_OUT"} 0',
  ]);
});
