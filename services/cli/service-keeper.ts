// Keeps one service running: starts it again when it dies, ever more slowly.

import { execa } from 'execa';
import { backoff } from '../lib/process/back-off.js';
import { sleep, systemClock } from '../lib/process/clock.js';
import type { Log } from '../lib/process/log.js';
import { memoryReturn } from '../lib/process/memory-return.js';
import { exitCodes } from '../lib/service.js';

interface KeeperOptions {
  readonly name: string;
  readonly programPath: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
}

const restartDelays = { minMs: 100, maxMs: 10_000 };

/** A service that has run for so long is started again without a long delay. */
const stableMs = 30_000;

/** Keeps one service running. */
export class ServiceKeeper {
  readonly #options: KeeperOptions;
  #child: ReturnType<typeof startService> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Resolves with the exit code when the service has ended for good. */
  async run(stopping: AbortSignal): Promise<number> {
    const { name, programPath, environment, log } = this.#options;
    const delays = backoff(restartDelays);
    for (;;) {
      const startedAtMs = performance.now();
      const child = startService(programPath, environment);
      this.#child = child;
      const { exitCode = exitCodes.failure, signal } = await child;
      if (stopping.aborted) return exitCode;
      if (exitCode === exitCodes.usage || exitCode === exitCodes.cannotStart) return exitCode;
      log.error({ service: name, exitCode, signal }, 'a service has died');
      if (performance.now() - startedAtMs > stableMs) delays.reset();
      await sleep(systemClock, delays.next(), stopping);
      if (stopping.aborted) return exitCode;
    }
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.#child;
  }
}

function startService(programPath: string, environment: NodeJS.ProcessEnv) {
  return execa(process.execPath, [programPath], {
    env: { ...memoryReturn, ...environment },
    extendEnv: false,
    stdio: 'inherit',
    // The channel closes when we are gone, and the service then stops.
    ipc: true,
    reject: false,
    cleanup: true,
  });
}
