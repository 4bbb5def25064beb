import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { createLog, type Log } from '../lib/log.js';
import { exitCodes } from '../lib/service.js';
import { ConfigError, describeVariables, readVariables, variables } from '../lib/variables.js';

/** Started in this order, stopped in the other: each speaks to those before it. */
const services = ['snapshot', 'watchdog', 'executor'] as const;

const help = `Usage: vm-server [--help]

Starts the three services of pbot-vm (${services.join(', ')}) and stops them together. A service that
dies is started again; one that can't start ends them all.

Environment (variable, default, meaning):
${describeVariables(variables)}
`;

const maxRestartDelayMs = 10_000;

/** A service that has run for so long starts anew at once. */
const stableMs = 30_000;

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
    level = readVariables(variables, process.env).logLevel;
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
  const keepers: Keeper[] = [];
  let exitCode: number = exitCodes.ok;
  for (const name of services) {
    const keeper = new Keeper(name, log);
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

/** Keeps one service running. */
class Keeper {
  readonly #name: string;
  readonly #log: Log;
  #child: ReturnType<typeof startService> | undefined;

  constructor(name: string, log: Log) {
    this.#name = name;
    this.#log = log;
  }

  /** Resolves with the exit code when the service has ended for good. */
  async run(stopping: AbortSignal): Promise<number> {
    const program = fileURLToPath(new URL(`./${this.#name}.js`, import.meta.url));
    let delayMs = 100;
    for (;;) {
      const startedAtMs = performance.now();
      const child = startService(program);
      this.#child = child;
      const { exitCode = exitCodes.failure, signal } = await child;
      if (stopping.aborted) return exitCode;
      if (exitCode === exitCodes.usage || exitCode === exitCodes.cannotStart) return exitCode;
      this.#log.error({ service: this.#name, exitCode, signal }, 'a service has died');
      delayMs = performance.now() - startedAtMs > stableMs ? 100 : delayMs;
      await delay(delayMs, undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) return exitCode;
      delayMs = Math.min(2 * delayMs, maxRestartDelayMs);
    }
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.#child;
  }
}

function startService(program: string) {
  return execa(process.execPath, [program], { stdio: 'inherit', reject: false, cleanup: true });
}
