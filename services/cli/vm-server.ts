import { fileURLToPath } from 'node:url';
import { ConfigError, describeSettings, readSettings } from '../lib/config/settings.js';
import { createLog, type Log } from '../lib/process/log.js';
import { exitCodes } from '../lib/service.js';
import { ServiceKeeper } from './service-keeper.js';
import { allSettings, guardedAddresses } from './settings.js';

/** Started in this order, stopped in the other: each speaks to those before it. */
const services = ['snapshot', 'watchdog', 'executor'] as const;

const help = `Usage: vm-server [--help]

Starts the three services of pbot-vm (${services.join(', ')}) and stops them together. A service that
dies is started again; one that can't start ends them all.

Environment (variable, default, meaning):
${describeSettings(allSettings)}
`;

await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(help);
    return;
  }
  if (words.length > 0) {
    process.stderr.write(`vm-server: unknown argument "${words[0]}". Try --help.\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  let level: string;
  try {
    // Said once here rather than by three services.
    level = readSettings({ ...allSettings, ...guardedAddresses }, process.env).logLevel;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  const log = createLog({ name: 'vm-server', level, isTerminal: process.stderr.isTTY });
  process.exitCode = await supervise(log);
}

/** @returns the exit code */
async function supervise(log: Log): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stopping.abort());
  }
  const keepers: ServiceKeeper[] = [];
  let exitCode: number = exitCodes.ok;
  for (const name of services) {
    const programPath = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const keeper = new ServiceKeeper({ name, programPath, log });
    keepers.push(keeper);
    void keeper.run(stopping.signal).then((code) => {
      if (stopping.signal.aborted) return;
      exitCode = code;
      stopping.abort();
    });
  }
  await new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  for (const keeper of keepers.reverse()) await keeper.stop();
  return exitCode;
}
