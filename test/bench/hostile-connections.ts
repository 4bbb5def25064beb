// Measures what hostile connections cost a normal client, and the memory of the Executor: a table with one row for each attack.

import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { ExecutorServiceService } from '../../services/gen/pbot/vm/v1/executor.js';
import {
  type Attack,
  attacks,
  resetAndClose,
  unfinishedLines,
} from '../support/hostile-attacks.js';
import { numberOption } from '../support/number-option.js';
import { TestSystem } from '../support/system.js';
import { residentMiB } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const program = new Command('hostile-connections')
  .option('--seconds <number>', 'how long each attack is begun again', numberOption(1, 600), 10)
  .option(
    '--rest <number>',
    'seconds after it before memory counts as kept',
    numberOption(0, 600),
    60,
  )
  .parse();
const { seconds, rest } = program.opts<{ seconds: number; rest: number }>();
const attackMs = seconds * 1000;
const restMs = rest * 1000;

/** Between two executions of the normal client. */
const pauseMs = 50;

const megabyte = 1024 * 1024;

const { path } = ExecutorServiceService.listLanguages;

const others: readonly Attack[] = [
  {
    name: '1064 connections that open 1001 streams, reset each and close',
    answer: undefined,
    async run(port) {
      await resetAndClose(port, { connections: 1064, streams: 1001, path });
      return [];
    },
  },
  {
    name: '60 lines of 8 MiB without an end',
    answer: undefined,
    async run(port) {
      await unfinishedLines(port, { count: 60, bytes: 8 * megabyte });
      return [];
    },
  },
];

interface Sample {
  readonly times: number[];
  readonly failures: string[];
}

const system = await TestSystem.create();
try {
  await system.startAll();
  await sample(5000);
  const rows: string[][] = [];
  for (const attack of [...attacks, ...others]) rows.push(await measure(attack));
  printTable(
    `Hostile connections: each attack is begun again for ${attackMs / 1000} s`,
    [
      'attack',
      'rounds',
      'answer',
      'p50/p99 quiet',
      'during',
      'after',
      'failed',
      'MiB before/peak/after',
    ],
    rows,
  );
} finally {
  await system.stop();
}

async function measure(attack: Attack): Promise<string[]> {
  const quiet = await sample(3000);
  const before = memory();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memory());
  }, 100);
  const end = performance.now() + attackMs;
  const during = sample(attackMs);
  const answers = new Set<string>();
  let rounds = 0;
  while (performance.now() < end) {
    const clients = await Promise.race([
      attack.run(system.ports.executor, { path }),
      sleep(attackMs).then(() => []),
    ]);
    rounds += 1;
    for (const client of clients) {
      const goaway = await Promise.race([client.ended, sleep(2000)]);
      answers.add(goaway?.text ?? 'nothing');
      client.close();
    }
  }
  const disturbed = await during;
  clearInterval(watch);
  const after = await sample(3000);
  await sleep(restMs);
  return [
    attack.name,
    String(rounds),
    [...answers].join(', '),
    ...[quiet, disturbed, after].map(({ times }) =>
      [quantile(times, 0.5), quantile(times, 0.99)].map(milliseconds).join('/'),
    ),
    [...quiet.failures, ...disturbed.failures, ...after.failures].slice(0, 2).join('; '),
    [before, peak, memory()].map((mib) => mib.toFixed(0)).join('/'),
  ];
}

/** What a normal client sees for some time: how long its executions take. */
async function sample(durationMs: number): Promise<Sample> {
  const found: Sample = { times: [], failures: [] };
  const end = performance.now() + durationMs;
  for (let i = 0; performance.now() < end; i += 1) {
    const begin = performance.now();
    try {
      const { run } = await system.run(`echo ${i}`);
      const printed = Buffer.from(run?.stdout?.data ?? []).toString();
      if (printed === `${i}\n`) found.times.push(performance.now() - begin);
      else found.failures.push(`printed ${printed}`);
    } catch (error) {
      found.failures.push(String(error));
    }
    await sleep(pauseMs);
  }
  return found;
}

function memory(): number {
  return residentMiB(system.service('executor').child.pid ?? 0);
}
