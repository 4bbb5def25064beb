// Runs a service as a process: `--help`, `--version`, settings, start, signals, clean stop, exit code.

import {
  ConfigError,
  describeSettings,
  effectiveSettings,
  readSettings,
  type Settings,
  type Values,
} from './config/settings.js';
import { openOpsListener } from './ops/listener.js';
import { Readiness } from './ops/readiness.js';
import { type OpsService, ops, opsAddressOf } from './ops/settings.js';
import { CleanupStack } from './process/cleanup.js';
import { hideDeprecations } from './process/deprecations.js';
import { collectWhenIdle } from './process/idle-collection.js';
import { createLog, type Log } from './process/log.js';
import { type ServiceManager, serviceManagerOf } from './process/service-manager.js';
import { UserError } from './process/user-error.js';
import { versionText } from './process/version.js';
import { logLevel, metricsSettings, telemetrySettings } from './telemetry/settings.js';
import { startMetrics } from './telemetry/start-metrics.js';
import { startTelemetry } from './telemetry/telemetry.js';

/**
 * Exit codes of the services: 0 a clean stop, 1 a failure, 2 an unusable option or variable, 3 the service could not
 * start (its port is in use). Starting again can help only after 1.
 */
export const exitCodes = { ok: 0, failure: 1, usage: 2, cannotStart: 3 } as const;

const lastAnswersMs = 1000;

export interface ServiceDescription<S extends Settings> {
  readonly name: OpsService;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly settings: S;
  /** What `--help` says after the variables. */
  readonly details?: string;
  /** Sets the service up. What it defers is undone, last first, when the process must stop. */
  readonly start: (context: {
    readonly config: Values<S>;
    readonly log: Log;
    readonly cleanup: CleanupStack;
    /** What a probe of readiness asks. */
    readonly readiness: Readiness;
  }) => Promise<void>;
}

/** Runs one service as this process: `--help`, `--version`, configuration, start, SIGTERM or SIGINT, clean stop. */
export async function runService<S extends Settings>(
  description: ServiceDescription<S>,
  host: { argv: readonly string[]; environment: NodeJS.ProcessEnv },
): Promise<void> {
  hideDeprecations();
  const common = { ops, logLevel, ...telemetrySettings, ...metricsSettings };
  const settings = { ...description.settings, ...common };
  const args = host.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText(description, settings));
    return;
  }
  if (args.includes('--version')) {
    process.stdout.write(`${versionText(description.name)}\n`);
    return;
  }
  if (args.length > 0) {
    process.stderr.write(`${description.name}: unknown argument "${args[0]}". Try --help.\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  let config: Values<S>;
  let reporting: Values<typeof common>;
  try {
    config = readSettings(description.settings, host.environment);
    reporting = readSettings(common, host.environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.usage;
    return;
  }
  const log = createLog({
    name: description.name,
    level: reporting.logLevel,
    isTerminal: process.stderr.isTTY,
  });
  const shown = { ...description.settings, ops, logLevel };
  log.info({ settings: effectiveSettings(shown, host.environment) }, 'configuration');
  const manager = serviceManagerOf(host.environment, log);
  await runUntilSignal(description, config, { log, reporting, manager });
}

type Reporting = Values<
  typeof telemetrySettings & typeof metricsSettings & { readonly ops: typeof ops }
>;

async function runUntilSignal<S extends Settings>(
  description: ServiceDescription<S>,
  config: Values<S>,
  { log, reporting, manager }: { log: Log; reporting: Reporting; manager: ServiceManager },
): Promise<void> {
  const cleanup = new CleanupStack();
  cleanup.defer(collectWhenIdle());
  const readiness = new Readiness();
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    // `on`: a second signal must not end the process in the middle of its clean-up.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    // vm-server keeps a channel to each service open: one that was killed must not leave them running.
    process.on('disconnect', () => resolve('SIGTERM'));
    process.channel?.unref();
  });
  try {
    await startReports(description.name, { reporting, readiness, cleanup, log });
    await description.start({ config, log, cleanup, readiness });
    readiness.start();
    await manager.ready();
    const signal = await stop;
    readiness.stop();
    log.info({ signal }, 'stopping');
    await manager.stopping();
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

/** Traces, metrics and the listener for operators, which outlives everything else of the service. */
async function startReports(
  service: OpsService,
  context: { reporting: Reporting; readiness: Readiness; cleanup: CleanupStack; log: Log },
): Promise<void> {
  const { reporting, readiness, cleanup, log } = context;
  const serviceName = `pbot-vm-${service}`;
  cleanup.defer(await startTelemetry({ settings: reporting, serviceName, log }));
  const isScraped = reporting.ops !== undefined;
  const metrics = await startMetrics({ settings: reporting, isScraped, serviceName, log });
  if (metrics !== undefined) cleanup.defer(metrics.stop);
  if (reporting.ops === undefined) return;
  const address = opsAddressOf(service, reporting.ops);
  const listener = await openOpsListener({ address, readiness, scrape: metrics?.scrape, log });
  cleanup.defer(() => listener.close());
}

function helpText(
  description: { name: string; summary: string; details?: string },
  settings: Settings,
): string {
  return [
    `Usage: ${description.name} [--help] [--version]`,
    '',
    description.summary,
    '',
    'Environment (variable, default, meaning):',
    describeSettings(settings),
    ...(description.details === undefined ? [] : ['', description.details]),
    '',
  ].join('\n');
}
