// What a warm-up before the snapshot gains: hello of each language, the first and the second time after a revert:
// `npm run bench:warm-up -- --profile standard`. It reverts the machine that serves at PBOTVM_SERVER again and again.

import { Command } from 'commander';
import { chooseLanguages } from '../../guest/languages/catalogue.js';
import type { Language } from '../../guest/languages/language.js';
import { Clients, textOf } from '../support/clients.js';
import { numberOption } from '../support/number-option.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const { profile, rounds } = new Command('warm-up')
  .option('--profile <name>', 'a profile, or names of languages', 'minimal')
  .option('--rounds <count>', 'reverts for each language', numberOption(1, 100), 3)
  .parse()
  .opts<{ profile: string; rounds: number }>();

const clients = new Clients({
  ...process.env,
  PBOTVM_SERVER: process.env['PBOTVM_SERVER'] ?? '9000',
});
const choice = chooseLanguages(profile);
if ('unknown' in choice) throw new Error(`--profile: no profile or language "${choice.unknown}"`);

const rows: string[][] = [];
for (const language of choice.chosen) {
  const [first, second] = await measure(language);
  const row = [language.name, language.isWarmed ? 'yes' : 'no', first, second];
  process.stdout.write(`${row.join(' ')}\n`);
  rows.push(row);
}
clients.close();
printTable(
  'Hello after a revert',
  ['language', 'warmed up', 'first p50 (ms)', 'second p50 (ms)'],
  rows,
);

async function measure(language: Language): Promise<[string, string]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const { name, generation } = await clients.machine();
    await clients.watchdog.revertMachine({ machine: name }, { timeoutMs: 180_000 });
    await clients.ready(generation);
    for (const list of times) list.push(await hello(language));
  }
  return [milliseconds(quantile(times[0], 0.5)), milliseconds(quantile(times[1], 0.5))];
}

async function hello({ name, hello: code }: Language): Promise<number> {
  const beganMs = performance.now();
  const { run } = await clients.execute({ language: name, code });
  const durationMs = performance.now() - beganMs;
  if (textOf(run?.stdout).trim() !== 'hello') throw new Error(`${name} says no hello`);
  return durationMs;
}
