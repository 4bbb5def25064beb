// An Executor inside vm-exec, for one machine, without the services.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executorHandlers } from '../executor/api/grpc-server.js';
import { createExecutor } from '../executor/create-executor.js';
import type { Executor } from '../executor/executor.js';
import { JoinedExecutions } from '../executor/joined-executions.js';
import { ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import type { LimitTable } from '../lib/config/limit-table.js';
import type { Values } from '../lib/config/settings.js';
import { systemClock } from '../lib/process/clock.js';
import { createLog } from '../lib/process/log.js';
import { UserError } from '../lib/process/user-error.js';
import { createRpcServer, listenRpc } from '../lib/rpc/server.js';
import type { logLevel } from '../lib/telemetry/settings.js';

/** An Executor of this process, for one machine that no service has opened. */
export interface DirectExecutor {
  readonly address: Address;
  close(): Promise<void>;
}

export interface DirectOptions {
  readonly data: Address;
  readonly secret: Uint8Array | undefined;
  readonly name: string;
  readonly timeoutMs: number;
  readonly maxCodeBytes: number;
  readonly limits: LimitTable;
  readonly logLevel: Values<{ logLevel: typeof logLevel }>['logLevel'];
}

const answerLimitMs = 5000;

/** Its only client is this program. */
const maxConnections = 16;

/**
 * Opens a machine's data channel from here, without services: to try a guest before anything else runs. The channel
 * serves one client at a time, so that this works only while no vm-server does.
 *
 * @throws UserError
 */
export async function openDirectly(options: DirectOptions): Promise<DirectExecutor> {
  const { data, logLevel } = options;
  const level = logLevel === 'info' ? 'warn' : logLevel;
  const log = createLog({ name: 'vm-exec', level, isTerminal: true });
  const executor = createExecutor({
    machines: [{ name: options.name, dataAddress: data, secret: options.secret }],
    isSingleUse: false,
    // Nobody can revert the machine: it goes on as it is.
    reportFault: () => Promise.resolve('ignored'),
    limits: {
      maxCodeBytes: options.maxCodeBytes,
      // Nobody reverts the machine: there is nothing to wait for.
      maxWaitMs: 0,
      timeLimitMs: options.timeoutMs,
      table: options.limits,
    },
    maxWaiting: 0,
    // Nobody waits for the slot of another.
    maxUnreadMs: options.timeoutMs,
    log,
  });
  await connectMachine(executor, options);
  // It serves one call.
  const joined = new JoinedExecutions({
    execute: (request) => executor.execute(request),
    maxBytes: 0,
    clock: systemClock,
  });
  const rpc = createRpcServer({
    log,
    services: [
      {
        definition: ExecutorServiceService,
        implementation: { ...executorHandlers(executor, { watchdog: undefined, joined, log }) },
      },
    ],
    maxReceiveBytes: -1,
  });
  const directory = await mkdtemp(join(tmpdir(), 'vm-exec-'));
  const address: Address = { kind: 'unix', path: join(directory, 'executor') };
  const listener = await listenRpc(rpc, address, { maxConnections, log });
  return {
    address,
    async close() {
      executor.close();
      listener.close();
      rpc.server.forceShutdown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** @throws UserError */
async function connectMachine(
  executor: Executor,
  { name, data }: { name: string; data: Address },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const giveUp = setTimeout(() => {
      executor.close();
      reject(new UserError(noGuestText(data)));
    }, answerLimitMs);
    for (const machine of executor.machines) {
      machine.onChange(() => {
        if (!machine.isConnected) return;
        clearTimeout(giveUp);
        resolve();
      });
    }
    executor.applyWatchdogState(name, { state: 'ready', generation: 1, isPristine: false });
  });
}

function noGuestText(data: Address): string {
  const limit = `${answerLimitMs / 1000} s`;
  return `no guest server answers at ${formatAddress(data)} within ${limit}: is the machine running, and no vm-server connected to it?`;
}
