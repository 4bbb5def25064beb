// Measures how the cost of an execution grows with its size, and with what there is beside it: `npm run bench:cost-of-growth`.
// The services are processes of this host, and their machine is the guest server, or a stub that answers at once.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { CleanupStack } from '../../services/lib/process/cleanup.js';
import { memoryReturn } from '../../services/lib/process/memory-return.js';
import { createHistory } from '../../services/pbot/history/history.js';
import { sendLine } from '../support/line-client.js';
import { numberOption } from '../support/number-option.js';
import { freePorts } from '../support/ports.js';
import { residentMiB } from '../support/resident-memory.js';
import { outputOf, TestSystem } from '../support/system.js';
import { startHelper } from './helper-process.js';
import { processorMs } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const { rounds, uptime } = new Command('cost-of-growth')
  .option('--rounds <number>', 'executions a row', numberOption(10, 10_000), 60)
  .option('--uptime <number>', 'executions of the oldest age', numberOption(100, 1_000_000), 10_000)
  .parse()
  .opts<{ rounds: number; uptime: number }>();

/** What grows, and what is done at each size. */
interface Growth {
  readonly what: string;
  /** Ascending. */
  readonly sizes: readonly number[];
  /** One execution. @throws where it does not end as it should */
  readonly run: (size: number) => Promise<unknown>;
  /** Executions at the same time. */
  readonly clients?: (size: number) => number;
  /** What must be there before that size is measured. */
  readonly prepare?: (size: number) => Promise<void>;
}

const warmUpRounds = 200;
const capacity = 4;
const machineCounts = [1, 3, 10];
const historyLengths = [10, 1000, 10_000];
const kibibyte = 1024;

/** What one size has cost. Times are in milliseconds. */
interface Cost {
  readonly what: string;
  readonly size: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the Executor, for one execution. */
  readonly processor: number;
  /** Of the Executor. */
  readonly memoryMiB: number;
}

const costs: Cost[] = [];
await undone(measurePrograms);
for (const count of machineCounts) {
  await undone((cleanup) => measurePool(count, cleanup));
}
printTable(
  'How cost grows',
  [
    ...['what', 'size', 'p50 (ms)', 'p99 (ms)', 'processor of the Executor (ms)'],
    ...['times the size', 'times the p50', 'times the processor', 'Executor (MiB)'],
  ],
  costs.map(rowOf),
);

/** Beside the numbers it has what they are of those of the smallest size. */
function rowOf(cost: Cost): string[] {
  const { what, size, p50, p99, processor, memoryMiB } = cost;
  const least = costs.find((each) => each.what === what) ?? cost;
  const ratios = [size / least.size, p50 / least.p50, processor / least.processor];
  return [
    ...[what, `${size}`, ...[p50, p99, processor].map(milliseconds)],
    ...[...ratios.map((ratio) => ratio.toFixed(1)), memoryMiB.toFixed(0)],
  ];
}

/** Does something, and undoes what it has set up. */
async function undone(work: (cleanup: CleanupStack) => Promise<void>): Promise<void> {
  const cleanup = new CleanupStack();
  try {
    await work(cleanup);
  } finally {
    await cleanup.run();
  }
}

/** Programs of several sizes, with the guest server as the machine. */
async function measurePrograms(cleanup: CleanupStack): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'pbot-vm-growth-'));
  cleanup.defer(() => rm(state, { recursive: true }));
  await fillHistories(state);
  const environment = { ...memoryReturn, PBOTVM_STATE: state, PBOTVM_LOG_LEVEL: 'warn' };
  const system = await TestSystem.create(environment, { capacity });
  cleanup.defer(() => system.stop());
  await system.startAll();
  for (let round = 0; round < warmUpRounds; round += 1) await hello(system);
  for (const growth of programGrowths(system)) await measure(system, growth);
}

function programGrowths(system: TestSystem): Growth[] {
  return [
    {
      what: 'code (KiB)',
      sizes: [1, 32, 1000],
      run: (size) => hello(system, `#${'x'.repeat(size * kibibyte)}\necho hello`),
    },
    {
      what: 'output (KiB)',
      sizes: [1, 32, 1000],
      run: (size) => printed(system, size * kibibyte),
    },
    {
      what: 'files',
      sizes: [1, 16, 256],
      run: (size) => withFiles(system, size),
    },
    {
      what: 'codes of the channel, for `show`',
      sizes: historyLengths,
      run: (size) => show(system, size),
    },
  ];
}

/** What surrounds an execution, with machines that answer at once. */
function surroundingGrowths(system: TestSystem): Growth[] {
  let age = 0;
  return [
    {
      what: 'clients',
      sizes: [1, 10, 100, 1000],
      run: () => hello(system),
      clients: (size) => size,
    },
    {
      what: 'executions so far',
      sizes: [uptime / 100, uptime / 10, uptime],
      run: () => hello(system),
      prepare: async (size) => {
        for (; age < size; age += 1) await hello(system);
      },
    },
  ];
}

/** A pool whose machines answer at once. The first has the most clients, and the oldest services. */
async function measurePool(count: number, cleanup: CleanupStack): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-growth-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  const path = join(directory, 'machines.json');
  const machines = [];
  for (let index = 0; index < count; index += 1) {
    const [data, heart] = (await freePorts(2)) as [number, number];
    const stub = await startHelper(new URL('./stub-guest.ts', import.meta.url), [
      data,
      heart,
      capacity,
    ]);
    cleanup.defer(() => stub.stop());
    machines.push({ domain: `stub-${index}`, serial: data, heart });
  }
  await writeFile(path, JSON.stringify(machines));
  const system = await TestSystem.create({
    ...{ ...memoryReturn, PBOTVM_MACHINES: path, PBOTVM_LOG_LEVEL: 'warn' },
    // No domain is behind the stubs.
    PBOTVM_NOREVERT: '1',
    PBOTVM_QUEUE: '1000',
  });
  cleanup.defer(() => system.stop());
  await system.startAll();
  for (let round = 0; round < warmUpRounds; round += 1) await hello(system);
  await measure(system, { what: 'machines', sizes: [count], run: () => hello(system) });
  if (count > 1) return;
  for (const growth of surroundingGrowths(system)) await measure(system, growth);
}

async function measure(system: TestSystem, growth: Growth): Promise<void> {
  const { pid = 0 } = system.service('executor').child;
  for (const size of growth.sizes) {
    await growth.prepare?.(size);
    const clients = growth.clients?.(size) ?? 1;
    const before = processorMs(pid);
    const times = await timesOf(() => growth.run(size), {
      clients,
      count: Math.max(rounds, clients * 3),
    });
    costs.push({
      ...{ what: growth.what, size, p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
      processor: (processorMs(pid) - before) / times.length,
      memoryMiB: residentMiB(pid),
    });
  }
}

/** How long each execution took, where the clients share them. */
async function timesOf(
  run: () => Promise<unknown>,
  { clients, count }: { clients: number; count: number },
): Promise<number[]> {
  const times: number[] = [];
  let begun = 0;
  const client = async () => {
    while (begun < count) {
      begun += 1;
      const begin = performance.now();
      await run();
      times.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}

async function hello(system: TestSystem, code = 'echo hello'): Promise<void> {
  const output = outputOf(await system.run(code));
  if (output !== 'hello\n') throw new Error(`no hello: ${output}`);
}

async function printed(system: TestSystem, bytes: number): Promise<void> {
  const output = outputOf(await system.run(`head -c ${bytes} /dev/zero | tr '\\0' a`));
  if (output.length !== bytes) throw new Error(`${output.length} bytes of ${bytes}`);
}

async function withFiles(system: TestSystem, count: number): Promise<void> {
  const files = Array.from({ length: count }, (_, index) => ({
    path: `file-${index}`,
    data: Buffer.from('x'),
    executable: false,
  }));
  const output = outputOf(await system.run('ls file-* | wc -l', { files }));
  if (Number(output) !== count) throw new Error(`${output} files of ${count}`);
}

function channelOf(length: number): string {
  return `#${length}`;
}

async function fillHistories(stateDirectory: string): Promise<void> {
  const directory = join(stateDirectory, 'history');
  const history = createHistory({ directory, nowMs: () => Date.now() });
  for (const length of historyLengths) {
    const store = Array.from({ length }, (_, index) => `echo ${index}`);
    await history.change(
      { owner: 'channel', name: channelOf(length), language: 'sh' },
      { drop: 0, store },
    );
  }
}

async function show(system: TestSystem, length: number): Promise<void> {
  const request = { lang: 'sh', code: 'show', nick: 'me', channel: channelOf(length) };
  const answer = await sendLine(system.ports.executor, JSON.stringify(request));
  if (!answer.includes(`echo ${length - 1}`)) throw new Error(`shown: ${answer}`);
}
