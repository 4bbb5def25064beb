// vm-server: starts the three services and keeps them running.

import { fileURLToPath } from 'node:url';
import { makePrivate } from '../../deploy/host/private-files.js';
import { control, serviceAddresses } from '../lib/config/service-addresses.js';
import { socketDirectory, withServiceSockets } from '../lib/config/service-sockets.js';
import { readSettings } from '../lib/config/settings.js';
import { createLog, type Log } from '../lib/process/log.js';
import { UserError } from '../lib/process/user-error.js';
import { versionText } from '../lib/process/version.js';
import { exitCodes } from '../lib/service.js';
import { environmentHelp } from './environment-help.js';
import { programCommand, runProgram } from './program.js';
import { ServiceKeeper } from './service-keeper.js';
import { allSettings, guardedAddresses } from './settings.js';

/** Started in this order, stopped in the other: each speaks to those before it. */
const services = ['snapshot', 'watchdog', 'executor'] as const;

const command = programCommand('vm-server')
  .description(
    `Starts the three services of pbot-vm (${services.join(', ')}) and stops them together. A service that dies is started again; one that can't start ends them all.`,
  )
  .version(versionText('vm-server'))
  .addHelpText('after', environmentHelp(allSettings));

void runProgram('vm-server', main, { namesVariablesAlone: true });

async function main(): Promise<void> {
  command.parse();
  const environment = withServiceSockets(process.env);
  // An error is printed once here, and not by each of three services.
  const { logLevel } = readSettings({ ...allSettings, ...guardedAddresses }, environment);
  const log = createLog({ name: 'vm-server', level: logLevel, isTerminal: process.stderr.isTTY });
  await makeSocketDirectory(environment);
  process.exitCode = await supervise(environment, log);
}

/** @throws UserError */
async function makeSocketDirectory(environment: NodeJS.ProcessEnv): Promise<void> {
  const directory = socketDirectory(environment);
  const { watchdog, snapshot } = serviceAddresses;
  const isNeeded = [watchdog, snapshot, control].some(({ variable }) =>
    environment[variable]?.startsWith(`unix:${directory}/`),
  );
  if (!isNeeded) return;
  try {
    await makePrivate(directory);
  } catch (error) {
    throw new UserError(
      `${directory} can't be made, for the sockets of the services (${String(error)}): set PBOTVM_HOME to a directory of yours, or ${watchdog.variable}, ${snapshot.variable} and ${control.variable} to addresses.`,
      { cause: error },
    );
  }
}

/** @returns the exit code */
async function supervise(environment: NodeJS.ProcessEnv, log: Log): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stopping.abort());
  }
  const keepers: ServiceKeeper[] = [];
  let exitCode: number = exitCodes.ok;
  for (const name of services) {
    const programPath = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const keeper = new ServiceKeeper({ name, programPath, environment, log });
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
