// The command line of the fuzzer: `npm run fuzz`.

import { randomInt } from 'node:crypto';
import { Command, Option } from 'commander';
import { numberOption } from '../support/number-option.js';
import { fuzz, type TargetReport } from './fuzz.js';
import { targets } from './targets/index.js';

interface Flags {
  readonly minutes: number;
  readonly seed?: number;
  readonly target?: readonly string[];
}

const progressIntervalMs = 5000;

const names = targets.map(({ name }) => name);

await new Command('fuzz')
  .description(
    'Gives everything that reads what others have written whatever may come, and fails where a promise is broken.',
  )
  .option('--minutes <count>', 'how long, for all targets together', numberOption(0.01, 10_000), 5)
  .option(
    '--seed <number>',
    'what is drawn is the same for the same seed',
    numberOption(0, 2 ** 31 - 1),
  )
  .addOption(new Option('--target <names...>', 'only these').choices(names))
  .addHelpText('after', () => {
    const lines = targets.map(({ name, promise }) => `  ${name.padEnd(10)}${promise}`);
    return `\nTargets:\n${lines.join('\n')}\n\nCtrl-C ends it early, with the counts so far.`;
  })
  .action(run)
  .parseAsync();

async function run({ minutes, seed = randomInt(2 ** 31), target }: Flags): Promise<void> {
  const chosen = targets.filter(({ name }) => target?.includes(name) ?? true);
  const signal = endBySignals();
  say(`seed ${seed}: the same is drawn again with --seed ${seed}`);
  const reports: TargetReport[] = [];
  for (const each of chosen) {
    if (signal.aborted) break;
    const progress = progressOf(each.name);
    const durationMs = (minutes * 60_000) / chosen.length;
    const report = await fuzz({ target: each, seed, durationMs, signal, onProgress: progress });
    if (report.failure !== undefined) say(`${each.name} is broken. ${report.failure}`);
    reports.push(report);
  }
  for (const {
    target: { name },
    runs,
    failure,
  } of reports) {
    const verdict = failure === undefined ? 'held' : 'BROKEN';
    process.stdout.write(`${name.padEnd(10)} ${String(runs).padStart(10)} runs  ${verdict}\n`);
  }
  process.exitCode = reports.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

function progressOf(name: string): (runs: number) => void {
  let reportedAtMs = performance.now();
  return (runs) => {
    const nowMs = performance.now();
    if (nowMs - reportedAtMs < progressIntervalMs) return;
    reportedAtMs = nowMs;
    say(`${name}: ${runs} runs`);
  };
}

/** Aborted by the first signal; what runs comes to its end within a moment. */
function endBySignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

function say(text: string): void {
  process.stderr.write(`fuzz: ${text}\n`);
}
