import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executorHandlers } from '../executor/api/grpc-server.js';
import { Executor } from '../executor/executor.js';
import { FaultReporter } from '../executor/machine/fault-reporter.js';
import { hostSources } from '../executor/machine/host-sources.js';
import { Machine } from '../executor/machine/machine.js';
import { ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import type { LimitTable } from '../lib/config/limit-table.js';
import type { Log } from '../lib/process/log.js';
import { UserError } from '../lib/process/user-error.js';
import { createRpcServer, listenRpc } from '../lib/rpc/server.js';

/** An Executor of this process, for one machine that no service has opened. */
export interface DirectExecutor {
  readonly address: Address;
  close(): Promise<void>;
}

const answerLimitMs = 5000;

/**
 * Opens a machine's data channel from here, without services: to try a guest before anything else runs. The channel
 * serves one client at a time, so that this works only while no vm-server does.
 *
 * @throws UserError
 */
export async function openDirectly(options: {
  data: Address;
  name: string;
  timeoutMs: number;
  maxCodeBytes: number;
  limits: LimitTable;
  log: Log;
}): Promise<DirectExecutor> {
  const { data, log } = options;
  // Nobody is there to revert the machine: whatever happens, it stays as it is.
  const faults = new FaultReporter({ report: () => Promise.resolve('ignored'), log });
  let onConnected: () => void = () => undefined;
  const machine = new Machine({
    name: options.name,
    dataAddress: data,
    log,
    ...hostSources,
    onChange: () => {
      executor.update();
      if (machine.isConnected) onConnected();
    },
    onFault: (faulty, fault) => faults.report(faulty, { ...fault, executionId: '' }),
    isSingleUse: false,
  });
  const executor: Executor = new Executor({
    machines: [machine],
    limits: {
      maxCodeBytes: options.maxCodeBytes,
      timeLimitMs: options.timeoutMs,
      table: options.limits,
    },
    maxWaiting: 0,
    faults,
    log,
    newExecutionId: randomUUID,
    nowMs: () => performance.now(),
  });
  await new Promise<void>((resolve, reject) => {
    const giveUp = setTimeout(() => {
      machine.closeLink();
      reject(new UserError(noGuestText(data)));
    }, answerLimitMs);
    onConnected = () => {
      clearTimeout(giveUp);
      resolve();
    };
    machine.watch({ state: 'ready', generation: 1, isPristine: false });
  });
  const rpc = createRpcServer({
    log,
    services: [
      {
        definition: ExecutorServiceService,
        implementation: { ...executorHandlers(executor, log) },
      },
    ],
    maxReceiveBytes: -1,
  });
  const directory = await mkdtemp(join(tmpdir(), 'vm-exec-'));
  const address: Address = { kind: 'unix', path: join(directory, 'executor') };
  const listener = await listenRpc(rpc, address, { log });
  return {
    address,
    async close() {
      faults.stop();
      machine.closeLink();
      listener.close();
      rpc.server.forceShutdown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function noGuestText(data: Address): string {
  const limit = `${answerLimitMs / 1000} s`;
  return `no guest server answers at ${formatAddress(data)} within ${limit}: is the machine running, and no vm-server connected to it?`;
}
