// What a warm-up before the snapshot gains and costs: hello of each language, the first and the second time after a revert, and
// the revert: `npm run bench:warm-up -- --profile standard`. It reverts the machine at PBOTVM_SERVER again and again. With
// `--beside` it takes turns with a second machine, which has another snapshot, or other languages.

import { Command } from 'commander';
import { execa } from 'execa';
import { readHost } from '../../deploy/host/host.js';
import { chooseLanguages } from '../../guest/languages/catalogue.js';
import type { Language } from '../../guest/languages/language.js';
import { Clients, textOf } from '../support/clients.js';
import { numberOption } from '../support/number-option.js';
import { milliseconds, printTable, quantile } from './statistics.js';

interface Flags {
  readonly profile: string;
  readonly rounds: number;
  readonly beside?: readonly string[];
}

/** Times of one machine. */
interface Times {
  readonly revert: number[];
  readonly first: number[];
  readonly second: number[];
}

const { profile, rounds, beside } = new Command('warm-up')
  .option('--profile <name>', 'a profile, or names of languages', 'minimal')
  .option('--rounds <count>', 'reverts for each language', numberOption(1, 100), 3)
  .option('--beside <variable=value...>', 'the variables in which a second machine differs')
  .parse()
  .opts<Flags>();

const choice = chooseLanguages(profile);
if ('unknown' in choice) throw new Error(`--profile: no profile or language "${choice.unknown}"`);

const environment = { ...process.env, PBOTVM_SERVER: process.env['PBOTVM_SERVER'] ?? '9000' };
const environments: NodeJS.ProcessEnv[] = [environment];
if (beside !== undefined) {
  const differing = beside.map((each) => each.split('=', 2) as [string, string]);
  environments.push({ ...environment, ...Object.fromEntries(differing) });
}
const machines = environments.map((each) => new Clients(each as Record<string, string>));
const reverts = machines.map(() => [] as number[]);
const rows: string[][] = [];
for (const language of choice.chosen) {
  const times = await measure(language);
  const row = [
    language.name,
    language.isWarmed ? 'yes' : 'no',
    ...times.flatMap(({ first, second }) => [median(first), median(second)]),
  ];
  process.stdout.write(`${row.join(' ')}\n`);
  rows.push(row);
  for (const [index, { revert }] of times.entries()) reverts[index]?.push(...revert);
}
for (const each of machines) each.close();

const besideNames = ['first p50 (ms)', 'second p50 (ms)'].map((name) => `beside: ${name}`);
printTable(
  'Hello after a revert',
  [
    ...['language', 'warmed up', 'first p50 (ms)', 'second p50 (ms)'],
    ...(machines.length > 1 ? besideNames : []),
  ],
  rows,
);
const sizes = await Promise.all(environments.map(snapshotMiB));
printTable(
  'A revert, until the machine takes work',
  ['machine', 'reverts', 'p50 (ms)', 'p90 (ms)', 'snapshot (MiB)'],
  reverts.map((list, index) => [
    index === 0 ? 'the machine' : 'beside',
    String(list.length),
    ...[0.5, 0.9].map((share) => milliseconds(quantile(list, share))),
    String(sizes[index]),
  ]),
);

/** What QEMU has saved of the memory and the devices of a machine, as it says itself. */
async function snapshotMiB(variables: NodeJS.ProcessEnv): Promise<number> {
  const [machine] = readHost(variables, process.getuid?.() ?? 0).machines;
  if (machine === undefined) throw new Error('the variables name no machine');
  const { stdout: disks } = await execa('virsh', ['-q', 'domblklist', machine.domain]);
  const disk = disks.trim().split(/\s+/)[1] ?? '';
  // `-U`: QEMU has the file open.
  const { stdout } = await execa('qemu-img', ['info', '-U', '--output=json', disk]);
  const { snapshots } = JSON.parse(stdout) as { snapshots: QemuSnapshot[] };
  const found = snapshots.find(({ name }) => name === machine.snapshotName);
  return Math.round((found?.['vm-state-size'] ?? 0) / 1024 / 1024);
}

/** A snapshot as `qemu-img info` describes it. */
interface QemuSnapshot {
  readonly name: string;
  /** In bytes. */
  readonly 'vm-state-size': number;
}

async function measure(language: Language): Promise<Times[]> {
  const times = machines.map((): Times => ({ revert: [], first: [], second: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, clients] of machines.entries()) {
      const { revert, first, second } = times[index] as Times;
      revert.push(await timed(() => clients.revert(undefined, { timeoutMs: 180_000 })));
      for (const list of [first, second]) list.push(await timed(() => hello(clients, language)));
    }
  }
  return times;
}

async function hello(clients: Clients, { name, hello: code }: Language): Promise<void> {
  const { run } = await clients.execute({ language: name, code });
  if (textOf(run?.stdout).trim() !== 'hello') throw new Error(`${name} says no hello`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

function median(timesMs: readonly number[]): string {
  return milliseconds(quantile(timesMs, 0.5));
}
