// The command line of the matrix: `npm run languages`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { chooseLanguages } from '../../guest/languages/catalogue.js';
import { ExecutorServiceService, Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { connect } from '../../services/lib/access/client-access.js';
import { accessSettings } from '../../services/lib/access/settings.js';
import { executionSettings } from '../../services/lib/config/execution-settings.js';
import { serviceAddresses } from '../../services/lib/config/service-addresses.js';
import { describeSettings, readSettings } from '../../services/lib/config/settings.js';
import { milliseconds, printTable } from '../bench/statistics.js';
import { numberOption } from '../support/number-option.js';
import { merged, type Row, runMatrix } from './matrix.js';
import { caseNames, type Execute } from './trial.js';

const settings = {
  server: serviceAddresses.server,
  timeoutMs: executionSettings.timeoutMs,
  ...accessSettings,
};

interface Flags {
  readonly profile: string;
  readonly clients: number;
  readonly repeats: number;
  readonly helloOnly: boolean;
  readonly results?: string;
}

await new Command('languages')
  .description(
    'Runs every case of every language on the machines of the Executor that serves now, through gRPC.\n' +
      'Fails where a language is missing or a case does not pass.',
  )
  .option('--profile <name>', 'a profile, or names of languages', 'minimal')
  .option('--clients <count>', 'languages that are tried at the same time', numberOption(1, 16), 2)
  .option('--repeats <count>', 'runs of each hello program', numberOption(1, 100), 3)
  .option('--hello-only', 'hello alone: results of the other cases stay as they were', false)
  .option(
    '--results <file>',
    'where the results are kept as JSON; those of other languages stay there',
  )
  .addHelpText(
    'after',
    `\nEnvironment (variable, default, meaning):\n${describeSettings(settings)}`,
  )
  .action(run)
  .parseAsync();

async function run({ profile, clients, repeats, helloOnly, results }: Flags): Promise<void> {
  const choice = chooseLanguages(profile);
  if ('unknown' in choice) throw new Error(`--profile: no profile or language "${choice.unknown}"`);
  const config = readSettings(settings, process.env);
  const executor = connect(ExecutorServiceService, { address: config.server, access: config });
  const execute: Execute = async (program) => {
    const request = { program: Program.fromPartial(program) };
    const { result } = await executor.execute(request, { timeoutMs: 10 * config.timeoutMs });
    if (result === undefined) throw new Error('a response without a result');
    return result;
  };
  const { languages } = await executor.listLanguages({}, { timeoutMs: 10_000 });
  const versions = new Map(languages.map(({ name, version }) => [name, version]));
  const onRow = (row: Row) => {
    say(row);
    // Each at once: a whole matrix takes an hour, and may be cut short.
    if (results !== undefined) keep(row, results);
  };
  const cases = helloOnly ? (['hello'] as const) : caseNames;
  const rows = await runMatrix(choice.chosen, {
    ...{ execute, versions, cases, clients, repeats, onRow },
  });
  executor.close();
  printTable(
    'Languages',
    ['language', 'version', 'hello p50 (ms)', 'passed', 'inapplicable', 'failed'],
    rows.map(({ language, version, helloMs, passed, inapplicable, failed }) => [
      language,
      version,
      helloMs === undefined ? '' : milliseconds(helloMs),
      String(passed.length),
      inapplicable.join(' '),
      failed.map(({ name }) => name).join(' '),
    ]),
  );
  const count = (listOf: (row: Row) => readonly unknown[]) =>
    rows.reduce((sum, row) => sum + listOf(row).length, 0);
  const failures = count(({ failed }) => failed);
  process.stdout.write(
    `${rows.length} languages: ${count(({ passed }) => passed)} passed, ${count(({ inapplicable }) => inapplicable)} inapplicable, ${failures} failed\n`,
  );
  if (failures > 0) process.exitCode = 1;
}

/** Adds a row to an earlier one of its language; rows are sorted by language. */
function keep(row: Row, path: string): void {
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Row[]) : [];
  const earlier = before.find(({ language }) => language === row.language);
  const others = before.filter((each) => each !== earlier);
  const rows = [...others, merged(earlier, row)].sort((a, b) => (a.language < b.language ? -1 : 1));
  writeFileSync(path, `${JSON.stringify(rows, undefined, 2)}\n`);
}

function say({ language, helloMs, passed, failed }: Row): void {
  const time = helloMs === undefined ? '' : `, hello ${milliseconds(helloMs)} ms`;
  process.stdout.write(`${language}: ${passed.length} passed${time}\n`);
  for (const { name, why } of failed) process.stdout.write(`  ${name}: ${why}\n`);
}
