// Measures what idle machines take of the host's memory, and what KSM makes of it: `npm run bench:memory -- --machines 10`. It needs
// root, and leaves the settings of the kernel as they were. Other work of the host shows in the numbers.

import { readFileSync, writeFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { Command } from 'commander';
import { shareMemory } from '../../deploy/host/up/share-memory.js';
import { numberOption } from '../support/number-option.js';
import { waitFor } from '../support/wait.js';
import { startMachine } from './stack.js';
import { printTable } from './statistics.js';

const { machines } = new Command('memory')
  .option('--machines <count>', 'machines, clones of one', numberOption(1, 64), 3)
  .parse()
  .opts<{ machines: number }>();

/** The first pass over all pages notes them, the second finds those that stay the same, the third merges the rest. */
const passes = 3;

const passLimitMs = 600_000;

const settings = { run: ksm('run'), pages_to_scan: ksm('pages_to_scan') };
const before = usedMiB();
const pool = await startMachine({ machines, flags: ['--languages', 'minimal'] });
try {
  const rows = [row('no', usedMiB() - before)];
  await shareMemory();
  const begun = Number(ksm('full_scans'));
  await waitFor(
    'the kernel to compare all pages',
    () => Promise.resolve(Number(ksm('full_scans')) >= begun + passes),
    passLimitMs,
  );
  rows.push(row('yes', usedMiB() - before));
  printTable(`Memory of ${machines} idle machines`, ['shared', 'MiB', 'MiB each'], rows);
} finally {
  for (const [name, value] of Object.entries(settings)) {
    // 2 stops the kernel, and gives each process its own pages again.
    const previous = name === 'run' && value === '0' ? '2' : value;
    writeFileSync(`/sys/kernel/mm/ksm/${name}`, previous);
  }
  await pool.stop();
}

function row(isShared: string, usedMiB: number): string[] {
  return [isShared, usedMiB.toFixed(0), (usedMiB / machines).toFixed(0)];
}

function usedMiB(): number {
  return (totalmem() - freemem()) / 2 ** 20;
}

function ksm(name: string): string {
  return readFileSync(`/sys/kernel/mm/ksm/${name}`, 'utf8').trim();
}
