// Measures what hostile connections cost a normal client, and the memory of the Executor: a table with one row for each attack.

import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { ExecutorServiceService } from '../../services/gen/pbot/vm/v1/executor.js';
import { memoryReturn } from '../../services/lib/process/memory-return.js';
import type { Attack } from '../support/hostile-attacks.js';
import { numberOption } from '../support/number-option.js';
import { freePorts } from '../support/ports.js';
import { residentMiB } from '../support/resident-memory.js';
import { TestSystem } from '../support/system.js';
import { startHelper } from './helper-process.js';
import { benchAttacks } from './hostile-bench-attacks.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const program = new Command('hostile-connections')
  .option('--seconds <number>', 'how long each attack is begun again', numberOption(1, 600), 10)
  .option(
    '--rest <number>',
    'seconds after it before memory counts as kept',
    numberOption(0, 600),
    60,
  )
  .option('--only <text>', 'attacks alone whose names hold this text', '')
  .parse();
const { seconds, rest, only } = program.opts<{ seconds: number; rest: number; only: string }>();
const attackMs = seconds * 1000;
const restMs = rest * 1000;

/** Between two executions of the normal client. */
const pauseMs = 50;

const { path } = ExecutorServiceService.listLanguages;

interface Sample {
  readonly times: number[];
  readonly failures: string[];
}

const system = await TestSystem.create(memoryReturn);
/** Takes the same bytes: what the normal client loses then, it loses to a host with few processors. */
const [sinkPort] = (await freePorts(1)) as [number];
const sink = await startHelper(new URL('./sink.ts', import.meta.url), [sinkPort]);
try {
  await system.startAll();
  await sample(5000);
  const rows: string[][] = [];
  for (const attack of benchAttacks) {
    if (attack.name.includes(only)) rows.push(await measure(attack));
  }
  printTable(
    `Hostile connections: each attack is begun again for ${attackMs / 1000} s`,
    [
      'attack',
      'connections and their end',
      'p50/p99 quiet',
      'attack on another process',
      'during',
      'after',
      'failed',
      'MiB before/peak/after',
    ],
    rows,
  );
} finally {
  await sink.stop();
  await system.stop();
}

async function measure(attack: Attack): Promise<string[]> {
  const quiet = await sample(attackMs);
  const elsewhere = await sampleBeside({ attack, port: sinkPort });
  const before = memory();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memory());
  }, 100);
  const answers = new Map<string, number>();
  const onAnswer = (answer: string) => answers.set(answer, (answers.get(answer) ?? 0) + 1);
  const disturbed = await sampleBeside({ attack, port: system.ports.executor, onAnswer });
  clearInterval(watch);
  const after = await sample(attackMs);
  await sleep(restMs);
  return [
    attack.name,
    [...answers].map(([answer, count]) => `${count} ${answer}`).join(', '),
    ...[quiet, elsewhere, disturbed, after].map(({ times }) =>
      [quantile(times, 0.5), quantile(times, 0.99)].map(milliseconds).join('/'),
    ),
    [...quiet.failures, ...disturbed.failures, ...after.failures].slice(0, 2).join('; '),
    [before, peak, memory()].map((mib) => mib.toFixed(0)).join('/'),
  ];
}

/** What a normal client sees while a process attacks a port. */
async function sampleBeside(options: {
  attack: Attack;
  port: number;
  onAnswer?: (answer: string) => void;
}): Promise<Sample> {
  const { attack, port, onAnswer } = options;
  const attacker = await startHelper(new URL('./hostile-attacker.ts', import.meta.url), [
    attack.name,
    port,
    path,
  ]);
  attacker.child.on('message', (answer: string) => onAnswer?.(answer));
  attacker.child.send('begin');
  const disturbed = await sample(attackMs);
  await attacker.stop();
  return disturbed;
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
  return residentMiB(system.service('executor').child.pid);
}
