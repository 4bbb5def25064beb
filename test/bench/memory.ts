// Measures what idle machines take of the host's memory, at first and after reverts with programs in between, and what KSM makes of it.
// `npm run bench:memory -- --machines 10` needs root, and leaves the settings of the kernel as they were. Other work of the host shows
// in the numbers.

import { readFileSync, writeFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { Command } from 'commander';
import { readHost } from '../../deploy/host/host.js';
import { shareMemory } from '../../deploy/host/up/share-memory.js';
import { type Clients, textOf } from '../support/clients.js';
import { numberOption } from '../support/number-option.js';
import { waitFor } from '../support/wait.js';
import { type BenchMachine, startMachine, startServices } from './stack.js';
import { printTable } from './statistics.js';

const { machines, reverts } = new Command('memory')
  .option('--machines <count>', 'machines, clones of one', numberOption(1, 64), 3)
  .option(
    '--reverts <count>',
    'of each machine, with programs in between',
    numberOption(0, 1000),
    30,
  )
  .parse()
  .opts<{ machines: number; reverts: number }>();

/** A quarter of the machine's memory, touched and given back. */
const greedy = { language: 'python3', code: 'print(len(bytearray(256 << 20)) >> 20)' };

const compiled = { language: 'c11', code: '#include <stdio.h>\nint main(void) { puts("256"); }' };

/** Guests give memory back some seconds after a revert, in pieces that are seconds apart. */
const settledMs = 10_000;

/** The first pass over all pages notes them, the second finds those that stay the same, the third merges the rest. */
const passes = 3;

const passLimitMs = 600_000;

const settings = { run: ksm('run'), pages_to_scan: ksm('pages_to_scan') };
const before = usedMiB();
const pool = await startMachine({ machines, flags: ['--languages', 'minimal'] });
try {
  const rows = await measure(0);
  if (reverts > 0) {
    await useAndRevert(pool);
    rows.push(...(await measure(reverts)));
  }
  printTable(`Memory of ${machines} idle machines`, ['reverts', 'shared', 'MiB', 'MiB each'], rows);
} finally {
  await pool.stop();
}

/** Without KSM and with it. */
async function measure(reverts: number): Promise<string[][]> {
  await settled();
  const rows = [row(reverts, 'no')];
  try {
    await shareMemory();
    const begun = Number(ksm('full_scans'));
    await waitFor(
      'the kernel to compare all pages',
      () => Promise.resolve(Number(ksm('full_scans')) >= begun + passes),
      passLimitMs,
    );
    rows.push(row(reverts, 'yes'));
    return rows;
  } finally {
    unshareMemory();
  }
}

/** Resolves when the machines have not taken less for a while. */
async function settled(): Promise<void> {
  let leastMiB = Number.POSITIVE_INFINITY;
  let sinceMs = 0;
  const hasSettled = () => {
    const [mib, nowMs] = [usedMiB(), performance.now()];
    if (mib < leastMiB - machines) [leastMiB, sinceMs] = [mib, nowMs];
    return nowMs - sinceMs > settledMs;
  };
  await waitFor('memory that falls no more', hasSettled, passLimitMs, 500);
}

/** The last revert follows the last program. */
async function useAndRevert({ environment }: BenchMachine): Promise<void> {
  const host = readHost(environment, process.getuid?.() ?? 0);
  const services = await startServices(environment);
  const { clients } = services;
  try {
    for (let round = 0; round < reverts; round += 1) {
      for (const { name } of host.machines) {
        for (const program of [greedy, compiled]) await run(clients, program);
        await clients.revert(name, { timeoutMs: 180_000 });
      }
    }
  } finally {
    await services.stop();
  }
}

async function run(clients: Clients, program: typeof greedy): Promise<void> {
  const { run } = await clients.execute(program);
  if (textOf(run?.stdout) !== '256\n') throw new Error(`${program.language} did not print 256`);
}

/** 2 stops the kernel, and gives each process its own pages again. */
function unshareMemory(): void {
  for (const [name, value] of Object.entries(settings)) {
    writeFileSync(`/sys/kernel/mm/ksm/${name}`, name === 'run' && value === '0' ? '2' : value);
  }
}

function row(reverts: number, isShared: string): string[] {
  const taken = usedMiB() - before;
  return [String(reverts), isShared, taken.toFixed(0), (taken / machines).toFixed(0)];
}

function usedMiB(): number {
  return (totalmem() - freemem()) / 2 ** 20;
}

function ksm(name: string): string {
  return readFileSync(`/sys/kernel/mm/ksm/${name}`, 'utf8').trim();
}
