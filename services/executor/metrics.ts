// The metrics of the Executor: what runs, what waits, what is refused, and how long programs take.

import { catalogue } from '../../guest/languages/catalogue.js';
import {
  counter,
  declareMetric,
  histogram,
  type Observation,
  observe,
} from '../lib/telemetry/metrics.js';
import type { Availability } from './availability.js';
import type { RunEnd } from './execution/runner.js';
import type { Machine } from './machine/machine.js';

const languageLabel = 'a language of pbot-vm, or `other`';

const availability = declareMetric({
  name: 'pbotvm_availability',
  kind: 'gauge',
  description: '1 for the state that the Executor is in, 0 for the others',
  labels: { state: '`available`, `no-machine`, `draining`, `stopping`' },
});

const slots = declareMetric({
  name: 'pbotvm_slots',
  kind: 'gauge',
  description: 'Executions that a machine runs at the same time at most; 0 while it serves nobody',
  labels: { machine: 'its name' },
});

const usedSlots = declareMetric({
  name: 'pbotvm_slots_used',
  kind: 'gauge',
  description: 'Executions that occupy slots of a machine',
  labels: { machine: 'its name' },
});

const connected = declareMetric({
  name: 'pbotvm_machine_connected',
  kind: 'gauge',
  description: '1 while the guest server answers on the data channel',
  labels: { machine: 'its name' },
});

const waiting = declareMetric({
  name: 'pbotvm_waiting',
  kind: 'gauge',
  description: 'Requests that wait for a slot',
  labels: {},
});

const refused = declareMetric({
  name: 'pbotvm_refused_total',
  kind: 'counter',
  description:
    'Requests that ended before a machine took them, those without a valid token included',
  labels: { reason: 'that of the error, see Errors' },
});

const waitSeconds = declareMetric({
  name: 'pbotvm_wait_seconds',
  kind: 'histogram',
  description: 'Time from an accepted request to its slot, or to the end of its wait',
  labels: {
    language: languageLabel,
    outcome: '`admitted`, `queue full`, `no slot`, `waited long`, `withdrawn`',
  },
  buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

const executionSeconds = declareMetric({
  name: 'pbotvm_execution_seconds',
  kind: 'histogram',
  description: 'Time from the slot to the result, the compiler included',
  labels: {
    language: languageLabel,
    outcome:
      '`success`, `failure` (another exit code), `signalled`, `compiler failure`, a limit such as `wall time`, `refused` by the guest, `lost` with the machine',
  },
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
});

export const executorMetrics = [
  availability,
  slots,
  usedSlots,
  connected,
  waiting,
  refused,
  waitSeconds,
  executionSeconds,
];

/** Records what becomes of requests and executions. */
export interface ExecutionMetrics {
  readonly refused: (reason: string) => void;
  /** @param language as the request names it */
  readonly waited: (language: string, outcome: string, ms: number) => void;
  readonly ended: (language: string, end: RunEnd, ms: number) => void;
}

export function executionMetrics(): ExecutionMetrics {
  const recordWait = histogram(waitSeconds);
  const recordExecution = histogram(executionSeconds);
  return {
    refused: refusedCounter(),
    waited: (language, outcome, ms) =>
      recordWait(ms / 1000, { language: knownLanguage(language), outcome }),
    ended: (language, end, ms) =>
      recordExecution(ms / 1000, { language: knownLanguage(language), outcome: outcomeOf(end) }),
  };
}

/** @returns what counts a request that ends before a machine takes it, whoever refuses it */
export function refusedCounter(): (reason: string) => void {
  const count = counter(refused);
  return (reason) => count({ reason });
}

/** Has the state of the Executor and of its machines read when somebody wants to know it. */
export function observeExecutor(executor: {
  readonly availability: Availability;
  readonly machines: readonly Pick<Machine, 'name' | 'promisedSlots' | 'running' | 'isConnected'>[];
}): void {
  const perMachine = (
    read: (machine: (typeof executor.machines)[number]) => number,
  ): Observation<'machine'>[] =>
    executor.machines.map((machine) => ({
      value: read(machine),
      labels: { machine: machine.name },
    }));
  observe(availability, () => {
    const current = executor.availability.state;
    return states.map((state) => ({ value: state === current ? 1 : 0, labels: { state } }));
  });
  observe(slots, () => perMachine(({ promisedSlots }) => promisedSlots));
  observe(usedSlots, () => perMachine(({ running }) => running));
  observe(connected, () => perMachine(({ isConnected }) => (isConnected ? 1 : 0)));
  observe(waiting, () => [{ value: executor.availability.waiting, labels: {} }]);
}

const states: readonly Availability['state'][] = [
  'available',
  'no-machine',
  'draining',
  'stopping',
];

/** How the execution ended, in the words of the last phase that began. */
export function outcomeOf(end: RunEnd): string {
  if (end.kind !== 'result') return end.kind;
  const { compile, run } = end.result;
  const { limit, outcome } = run ?? compile ?? {};
  if (limit !== undefined) return limit;
  if (outcome?.kind === 'signalled') return 'signalled';
  if (run === undefined && compile !== undefined) return 'compiler failure';
  return outcome?.exitCode === 0 ? 'success' : 'failure';
}

const names: ReadonlyMap<string, string> = new Map(
  catalogue.flatMap(({ name, aliases }) => [name, ...aliases].map((each) => [each, name] as const)),
);

/** Clients and guests may name anything: what is not in the catalogue would make a time series for each name. */
export function knownLanguage(language: string): string {
  return names.get(language) ?? 'other';
}
