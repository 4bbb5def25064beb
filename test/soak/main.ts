// The command line of the soak: `npm run soak`.

import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { accessSettings } from '../../services/lib/access/settings.js';
import { executionSettings } from '../../services/lib/config/execution-settings.js';
import { serviceAddresses } from '../../services/lib/config/service-addresses.js';
import { ConfigError, describeSettings, readSettings } from '../../services/lib/config/settings.js';
import { numberOption } from '../support/number-option.js';
import { report } from './report.js';
import { type SoakOptions, soak } from './soak.js';

const { server, watchdog } = serviceAddresses;
const { timeoutMs } = executionSettings;
const settings = { server, watchdog, timeoutMs, ...accessSettings };

interface Flags {
  readonly minutes: number;
  readonly attackShare: number;
  readonly clients: number;
  readonly seed: number;
}

await new Command('soak')
  .description(
    'Gives the services that run now a mix of harmless and hostile programs, and counts what comes of it.\n' +
      'Fails where an answer is wrong or does not come. The machines are put back often: not for those in use.',
  )
  .option('--minutes <count>', 'how long', numberOption(0.1, 10_000), 10)
  .option(
    '--attack-share <share>',
    'part of the programs that are hostile, 0 to 1',
    numberOption(0, 1),
    0.2,
  )
  .option('--clients <count>', 'clients that ask at the same time', numberOption(1, 1000), 4)
  .option(
    '--seed <number>',
    'what is drawn is the same for the same seed',
    numberOption(0, 2 ** 32 - 1),
  )
  .addHelpText(
    'after',
    `\nCtrl-C ends it early, with the tables; a second one at once.\n\n` +
      `Environment (variable, default, meaning):\n${describeSettings(settings)}`,
  )
  .action(run)
  .parseAsync();

async function run(flags: Omit<Flags, 'seed'> & Partial<Flags>): Promise<void> {
  const seed = flags.seed ?? randomInt(2 ** 32 - 1);
  let options: SoakOptions;
  try {
    const config = readSettings(settings, process.env);
    options = { ...config, access: config, ...flags, seed, signal: endBySignals(), say };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(error.message);
    process.exitCode = 2;
    return;
  }
  say(`seed ${seed}: the same programs come with --seed ${seed} --clients ${flags.clients}`);
  const { ledger, reverts } = await soak(options);
  report(ledger, reverts);
  const { wrong, lost, accepted } = ledger.total();
  if (accepted === 0) say('nothing was accepted: do the services run?');
  process.exitCode = wrong + lost > 0 || accepted === 0 ? 1 : 0;
}

/** npm and tsx hand on a Ctrl-C that has come to us already. */
const samePressMs = 500;

/** Aborted by the first signal. A second one ends the process at once. */
function endBySignals(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    if (firstAtMs === undefined) {
      firstAtMs = Date.now();
      say('ending: what runs is waited for');
      controller.abort();
    } else if (Date.now() - firstAtMs > samePressMs) {
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return controller.signal;
}

function say(text: string): void {
  process.stderr.write(`soak: ${text}\n`);
}
