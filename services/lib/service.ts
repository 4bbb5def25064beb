import {
  variables as allVariables,
  ConfigError,
  describeVariables,
  readVariables,
  telemetryVariables,
  type Values,
  type Variable,
} from './config/variables.js';
import { CleanupStack } from './process/cleanup.js';
import { hideDeprecations } from './process/deprecations.js';
import { createLog, type Log } from './process/log.js';
import { UserError } from './process/user-error.js';
import { startTelemetry } from './telemetry/telemetry.js';

/**
 * Exit codes of the services: 0 a clean stop, 1 a failure, 2 an option or a variable that can't be used, 3 the service
 * could not start (its port is in use). Starting again helps after 1 only.
 */
export const exitCodes = { ok: 0, failure: 1, usage: 2, cannotStart: 3 } as const;

const lastAnswersMs = 1000;

export interface ServiceDescription<V extends Record<string, Variable<unknown>>> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly variables: V;
  /** Sets the service up. What it defers is undone, last first, when the process is told to stop. */
  readonly start: (context: {
    readonly config: Values<V>;
    readonly log: Log;
    readonly cleanup: CleanupStack;
  }) => Promise<void>;
}

/** Runs one service as this process: `--help`, configuration, start, SIGTERM or SIGINT, clean stop. */
export async function runService<V extends Record<string, Variable<unknown>>>(
  description: ServiceDescription<V>,
  host: { argv: readonly string[]; environment: NodeJS.ProcessEnv },
): Promise<void> {
  hideDeprecations();
  const common = { logLevel: allVariables.logLevel, ...telemetryVariables };
  const variables = { ...description.variables, ...common };
  const args = host.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText({ ...description, variables }));
    return;
  }
  if (args.length > 0) {
    process.stderr.write(`${description.name}: unknown argument "${args[0]}". Try --help.\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  let config: Values<V>;
  let settings: Values<typeof common>;
  try {
    config = readVariables(description.variables, host.environment);
    settings = readVariables(common, host.environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  const log = createLog({
    name: description.name,
    level: settings.logLevel,
    isTerminal: process.stderr.isTTY,
  });
  const serviceName = `pbot-vm-${description.name}`;
  const stopTelemetry = await startTelemetry({ settings, serviceName, log });
  await runUntilSignal(description, config, { log, stopTelemetry });
}

async function runUntilSignal<V extends Record<string, Variable<unknown>>>(
  description: ServiceDescription<V>,
  config: Values<V>,
  { log, stopTelemetry }: { log: Log; stopTelemetry: () => Promise<void> },
): Promise<void> {
  const cleanup = new CleanupStack();
  cleanup.defer(stopTelemetry);
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    // `on`: a second signal must not end the process in the middle of its clean-up.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    // vm-server keeps a channel to each service open: one that was killed must not leave them behind.
    process.on('disconnect', () => resolve('SIGTERM'));
    process.channel?.unref();
  });
  try {
    await description.start({ config, log, cleanup });
    const signal = await stop;
    log.info({ signal }, 'stopping');
  } catch (error) {
    if (error instanceof UserError) log.error(error.message);
    else log.error({ err: error }, 'the service could not start');
    process.exitCode = exitCodes.cannotStart;
  }
  try {
    await cleanup.run();
    log.info('stopped');
  } catch (error) {
    log.error({ err: error }, 'the service did not stop cleanly');
    process.exitCode = exitCodes.failure;
  }
  // Last answers are on their way; a client that keeps its connection open must not keep us.
  setTimeout(() => process.exit(), lastAnswersMs).unref();
}

function helpText(description: {
  name: string;
  summary: string;
  variables: Record<string, Variable<unknown>>;
}): string {
  return [
    `Usage: ${description.name} [--help]`,
    '',
    description.summary,
    '',
    'Environment (variable, default, meaning):',
    describeVariables(description.variables),
    '',
  ].join('\n');
}
