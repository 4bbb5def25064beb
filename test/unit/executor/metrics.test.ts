import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PhaseResult } from '../../../services/executor/execution/result.js';
import type { RunEnd } from '../../../services/executor/execution/runner.js';
import {
  executionMetrics,
  knownLanguage,
  observeExecutor,
  outcomeOf,
} from '../../../services/executor/metrics.js';
import { type KeptMetrics, keepMetrics } from '../lib/kept-metrics.js';

const nothing = { data: new Uint8Array(), tail: new Uint8Array() };
const output = { ...nothing, totalBytes: 0, droppedBytes: 0, truncated: false };
const usage = { wallTimeMs: 1, peakMemoryBytes: 0, peakProcesses: 1 };
const phase = (ending: Pick<PhaseResult, 'outcome' | 'limit'>): PhaseResult => ({
  ...ending,
  command: [],
  usage,
  stdout: output,
  stderr: output,
});
const exited = (exitCode: number) => phase({ outcome: { kind: 'exited', exitCode } });

function resultWith(phases: { compile?: PhaseResult; run?: PhaseResult }): RunEnd {
  const identity = {
    executionId: 'e',
    requestId: '',
    machine: 'm',
    generation: 1,
    language: 'sh',
  };
  return { kind: 'result', result: { ...identity, ...phases, files: [], filesTruncated: false } };
}

describe('the outcome of an execution', () => {
  const endings: readonly (readonly [string, RunEnd])[] = [
    ['success', resultWith({ run: exited(0) })],
    ['failure', resultWith({ compile: exited(0), run: exited(3) })],
    ['compiler failure', resultWith({ compile: exited(1) })],
    [
      'signalled',
      resultWith({ run: phase({ outcome: { kind: 'signalled', signal: 'SIGSEGV' } }) }),
    ],
    ['wall time', resultWith({ run: phase({ limit: 'wall time' }) })],
    ['memory', resultWith({ compile: phase({ limit: 'memory' }) })],
    ['lost', { kind: 'lost', detail: 'gone' }],
    ['refused', { kind: 'refused', detail: 'no' }],
  ];

  it.each(endings)('the outcome is %s where the last phase ended so', (outcome, end) => {
    expect(outcomeOf(end)).toBe(outcome);
  });
});

describe('the metrics of the Executor', () => {
  let kept: KeptMetrics;

  beforeEach(() => {
    kept = keepMetrics();
  });

  afterEach(() => kept.stop());

  it('a language that is not in the catalogue makes no time series of its own', () => {
    expect(knownLanguage('c11')).toBe('c11');
    expect(knownLanguage('python')).toBe(knownLanguage('python3'));
    expect(knownLanguage('x'.repeat(1000))).toBe('other');
  });

  it('executions, waits and requests that are refused are recorded', async () => {
    const metrics = executionMetrics();
    metrics.refused('QUEUE_FULL');
    metrics.waited('sh', 'admitted', 20);
    metrics.ended('mine', resultWith({ run: exited(0) }), 300);
    const labels = 'language="other",outcome="success"';
    expect(await kept.lines('pbotvm_refused')).toEqual([
      'pbotvm_refused_total{reason="QUEUE_FULL"} 1',
    ]);
    expect(await kept.lines('pbotvm_wait_seconds_sum')).toEqual([
      'pbotvm_wait_seconds_sum{language="sh",outcome="admitted"} 0.02',
    ]);
    expect(await kept.lines('pbotvm_execution_seconds')).toEqual(
      expect.arrayContaining([
        `pbotvm_execution_seconds_count{${labels}} 1`,
        `pbotvm_execution_seconds_bucket{${labels},le="0.25"} 0`,
        `pbotvm_execution_seconds_bucket{${labels},le="0.5"} 1`,
      ]),
    );
  });

  it('slots, waiting requests and the state are read when somebody asks', async () => {
    const machine = { name: 'm', promisedSlots: 4, running: 3, isConnected: true };
    const availability = { slots: 4, running: 3, waiting: 2, detail: '' };
    observeExecutor({
      machines: [machine],
      availability: { ...availability, state: 'draining' },
    });
    expect(await kept.lines('pbotvm_')).toEqual([
      'pbotvm_availability{state="available"} 0',
      'pbotvm_availability{state="no-machine"} 0',
      'pbotvm_availability{state="draining"} 1',
      'pbotvm_availability{state="stopping"} 0',
      'pbotvm_slots{machine="m"} 4',
      'pbotvm_slots_used{machine="m"} 3',
      'pbotvm_machine_connected{machine="m"} 1',
      'pbotvm_waiting 2',
    ]);
  });
});
