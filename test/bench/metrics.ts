// What the metrics cost: the time to record one execution, beside the time of a small one: `npm run bench:metrics`. It needs no
// machine: the guest server runs on this host, which makes executions faster than any machine does.

import { metrics } from '@opentelemetry/api';
import { pino } from 'pino';
import type { RunEnd } from '../../services/executor/execution/runner.js';
import { executionMetrics } from '../../services/executor/metrics.js';
import { createMetricsSdk } from '../../services/lib/telemetry/metrics-sdk.js';
import { freePortsInARow } from '../support/ports.js';
import { TestSystem } from '../support/system.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const recordings = 200_000;
const executions = 100;
const scrapes = 50;

const recordMs = timeOfRecording();
const { executionMs, scrapeMs } = await timesOfExecutor();
const share = (recordMs / executionMs) * 100;
printTable(
  'Metrics',
  ['what', 'time (ms)', 'of an execution'],
  [
    ['`true` of sh, the guest server on this host', milliseconds(executionMs), '100 %'],
    ['to record one execution', recordMs.toFixed(4), `${share.toFixed(3)} %`],
    ['a scrape of the Executor', milliseconds(scrapeMs), 'once each 15 s'],
  ],
);
if (share >= 1) {
  console.error('To record an execution takes 1 % of it or more.');
  process.exitCode = 1;
}

/** Once for each execution: its wait and its end. */
function timeOfRecording(): number {
  const log = pino({ level: 'silent' });
  const { meterProvider } = createMetricsSdk({ serviceName: 'bench', log });
  metrics.setGlobalMeterProvider(meterProvider);
  const recorder = executionMetrics();
  const end: RunEnd = { kind: 'lost', detail: '' };
  const beganMs = performance.now();
  for (let i = 0; i < recordings; i += 1) {
    recorder.waited('c11', 'admitted', 0.1);
    recorder.ended('c11', end, 20);
  }
  const ms = (performance.now() - beganMs) / recordings;
  metrics.disable();
  return ms;
}

async function timesOfExecutor(): Promise<{ executionMs: number; scrapeMs: number }> {
  const port = await freePortsInARow(3);
  const system = await TestSystem.create({ PBOTVM_OPS: String(port), PBOTVM_LOG_LEVEL: 'warn' });
  try {
    await system.startAll();
    const run = () => system.run('true');
    const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return {
      executionMs: quantile(await times(executions, run), 0.5),
      scrapeMs: quantile(await times(scrapes, scrape), 0.5),
    };
  } finally {
    await system.stop();
  }
}

async function times(count: number, task: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const beganMs = performance.now();
    await task();
    all.push(performance.now() - beganMs);
  }
  return all;
}
