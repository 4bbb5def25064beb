import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Log } from '../lib/process/log.js';
import { exitCodes } from '../lib/service.js';

interface KeeperOptions {
  readonly name: string;
  readonly programPath: string;
  readonly log: Log;
}

const maxRestartDelayMs = 10_000;

/** A service that has run for so long starts anew at once. */
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
    const { name, programPath, log } = this.#options;
    let delayMs = 100;
    for (;;) {
      const startedAtMs = performance.now();
      const child = startService(programPath);
      this.#child = child;
      const { exitCode = exitCodes.failure, signal } = await child;
      if (stopping.aborted) return exitCode;
      if (exitCode === exitCodes.usage || exitCode === exitCodes.cannotStart) return exitCode;
      log.error({ service: name, exitCode, signal }, 'a service has died');
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

function startService(programPath: string) {
  return execa(process.execPath, [programPath], {
    stdio: 'inherit',
    // The channel tells the service when we are gone.
    ipc: true,
    reject: false,
    cleanup: true,
  });
}
