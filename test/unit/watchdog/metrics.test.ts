import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  applyEvent,
  type MachineEvent,
  newMachine,
} from '../../../services/watchdog/machine-state.js';
import { observeMachines, recoveryMetrics } from '../../../services/watchdog/metrics.js';
import { type KeptMetrics, keepMetrics } from '../lib/kept-metrics.js';

const identity = { name: 'm', domain: 'd', heartbeatAddress: '5556', generation: 1 };
let kept: KeptMetrics;

beforeEach(() => {
  kept = keepMetrics();
});

afterEach(() => kept.stop());

it('a revert is counted by its reason and its method, and measured until the first heartbeat', async () => {
  const metrics = recoveryMetrics();
  let machine = newMachine({ ...identity, nowMs: 0 });
  const take = (event: MachineEvent, nowMs: number) => {
    machine = applyEvent(machine, event, nowMs);
    metrics.follow(event, machine);
  };
  take({ kind: 'heartbeat' }, 0);
  take({ kind: 'fault', reason: 'timed-out', detail: '' }, 1000);
  const reversion = { method: 'in-place', how: 'in place', needsSnapshot: false };
  expect(await metrics.counted('d', async () => reversion)).toBe(reversion);
  take({ kind: 'reverted', detail: '' }, 1500);
  take({ kind: 'heartbeat' }, 1700);
  take({ kind: 'heartbeat' }, 2700);
  expect(await kept.lines('pbotvm_reverts')).toEqual([
    'pbotvm_reverts_total{reason="timed-out",method="in-place"} 1',
  ]);
  expect(await kept.lines('pbotvm_recovery_seconds_sum')).toEqual([
    'pbotvm_recovery_seconds_sum{reason="timed-out"} 0.7',
  ]);
  expect(await kept.lines('pbotvm_recovery_seconds_count')).toEqual([
    'pbotvm_recovery_seconds_count{reason="timed-out"} 1',
  ]);
});

it('an attempt to revert that fails is counted without a method, and fails', async () => {
  const metrics = recoveryMetrics();
  const failing = () => Promise.reject(new Error('broken'));
  await expect(metrics.counted('d', failing)).rejects.toThrow('broken');
  expect(await kept.lines('pbotvm_reverts')).toEqual([
    'pbotvm_reverts_total{reason="operator",method="none"} 1',
  ]);
});

it('each machine has a 1 for the state that it is in', async () => {
  observeMachines(() => [newMachine({ ...identity, nowMs: 0 })]);
  const lines = await kept.lines('pbotvm_machine_state');
  expect(lines).toHaveLength(5);
  expect(lines.filter((line) => line.endsWith(' 1'))).toEqual([
    'pbotvm_machine_state{machine="m",state="unknown"} 1',
  ]);
});
