// Measures the Executor alone: a stub stands in for the guest, and answers at once. `npm run bench:executor`.
// Clients, stub and Executor share the processors of this host: what counts is the time of a processor that an execution takes.

import { Command } from 'commander';
import { memoryReturn } from '../../services/lib/process/memory-return.js';
import { textOf } from '../support/clients.js';
import { numberOption } from '../support/number-option.js';
import { freePorts } from '../support/ports.js';
import { residentMiB } from '../support/resident-memory.js';
import { TestSystem } from '../support/system.js';
import { startHelper } from './helper-process.js';
import { processorMs } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const { seconds, minutes } = new Command('executor-throughput')
  .option('--seconds <number>', 'how long each row lasts', numberOption(1, 3600), 10)
  .option('--minutes <number>', 'how long memory is watched', numberOption(0, 600), 0)
  .parse()
  .opts<{ seconds: number; minutes: number }>();

/** Programs at the same time, as many as a guest may take. */
const capacity = 16;

const [data, heart] = (await freePorts(2)) as [number, number];
const guest = await startHelper(new URL('./stub-guest.ts', import.meta.url), [
  data,
  heart,
  capacity,
]);
const system = await TestSystem.create({
  ...memoryReturn,
  PBOTVM_SERIAL: String(data),
  PBOTVM_HEART: String(heart),
  PBOTVM_LOG_LEVEL: 'warn',
});
try {
  await system.startAll();
  // Until its code is compiled.
  await load({ clients: capacity, ms: 10_000 });
  const rows = [];
  for (const clients of [1, 4, 16, 64]) rows.push(await measure(clients));
  printTable(
    `The Executor before a guest that answers at once, ${seconds} s a row`,
    [
      'clients',
      'executions/s',
      'p50 (ms)',
      'p99 (ms)',
      'its processor time (ms)',
      'so at most /s',
      'MiB before/after',
    ],
    rows,
  );
  if (minutes > 0) await watchMemory();
} finally {
  await system.stop();
  await guest.stop();
}

/** As many clients as the guest takes at the same time, without a pause. */
async function watchMemory(): Promise<void> {
  const { pid = 0 } = system.service('executor').child;
  const rows = [['0', '', residentMiB(pid).toFixed(0)]];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const times = await load({ clients: capacity, ms: 60_000 });
    rows.push([`${minute}`, `${times.length}`, residentMiB(pid).toFixed(0)]);
  }
  printTable(
    `Memory of the Executor, ${capacity} clients`,
    ['minute', 'executions', 'resident (MiB)'],
    rows,
  );
}

async function measure(clients: number): Promise<string[]> {
  const { pid = 0 } = system.service('executor').child;
  const before = { memory: residentMiB(pid), cpuMs: processorMs(pid), at: performance.now() };
  const times = await load({ clients, ms: seconds * 1000 });
  const cpuMs = (processorMs(pid) - before.cpuMs) / times.length;
  return [
    `${clients}`,
    ((times.length / (performance.now() - before.at)) * 1000).toFixed(0),
    ...[0.5, 0.99].map((share) => milliseconds(quantile(times, share))),
    milliseconds(cpuMs),
    (1000 / cpuMs).toFixed(0),
    `${before.memory.toFixed(0)}/${residentMiB(pid).toFixed(0)}`,
  ];
}

/** Each client runs one program after another. @returns how long each has taken */
async function load({ clients, ms }: { clients: number; ms: number }): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  const client = async () => {
    while (performance.now() < end) {
      const begin = performance.now();
      const { run } = await system.run('echo hello');
      if (textOf(run?.stdout) !== 'hello\n') throw new Error('no hello');
      times.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}
