// `pbot-vm status`: a table of the machines.

import Table from 'cli-table3';
import { createLogUpdate } from 'log-update';
import type { Host } from '../../deploy/host/host.js';
import type { ExecutorMachine as ServedMachine } from '../gen/pbot/vm/v1/executor.js';
import {
  FaultReason,
  MachineState,
  type ProcessorLoad,
  WatchdogServiceService,
  type Machine as WatchedMachine,
} from '../gen/pbot/vm/v1/watchdog.js';
import { connect } from '../lib/access/client-access.js';
import { formatAddress } from '../lib/config/address.js';
import { durationToMs } from '../lib/config/duration.js';
import { sleep, systemClock } from '../lib/process/clock.js';
import { connectionFailure, type RpcClient } from '../lib/rpc/client.js';
import { RpcError } from '../lib/rpc/error.js';
import { connectExecutor } from './executor-client.js';

/** Between two attempts to reach services that are away. */
const retryMs = 1000;

/** Prints what the services say of the machine. @returns the exit code: 0 where a machine can take work */
export async function printStatus(host: Host): Promise<number> {
  const services = connectBoth(host);
  try {
    const { watchdog } = services;
    const { machines } = await watchdog.listMachines({}, callLimit);
    const served = await servedMachines(services);
    process.stdout.write(`${statusTable(machines, served)}\n`);
    return served.some((machine) => machine.connected) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`pbot-vm: ${unreachedText(host, error)}\n`);
    return 1;
  } finally {
    services.close();
  }
}

/**
 * Shows the same again at each change: in place on a terminal, else one table after the other. Waits for services that do
 * not answer. Resolves when the signal is aborted.
 */
export async function watchStatus(host: Host, signal: AbortSignal): Promise<void> {
  const services = connectBoth(host);
  const show = process.stdout.isTTY
    ? createLogUpdate(process.stdout)
    : (text: string) => process.stdout.write(`${text}\n`);
  let shown = '';
  while (!signal.aborted) {
    try {
      for await (const { machines } of services.watchdog.watchMachines({}, { signal })) {
        shown = statusTable(machines, await servedMachines(services));
        show(shown);
      }
    } catch (error) {
      if (signal.aborted) break;
      const text = unreachedText(host, error);
      if (text !== shown) show(text);
      shown = text;
      await sleep(systemClock, retryMs, signal);
    }
  }
  services.close();
}

const callLimit = { timeoutMs: 3000 };

interface Services {
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly executor: ReturnType<typeof connectExecutor>;
  close(): void;
}

function connectBoth({ addresses, access }: Host): Services {
  const watchdog = connect(WatchdogServiceService, { address: addresses.watchdog, access });
  const executor = connectExecutor({ address: addresses.executor, access });
  return {
    watchdog,
    executor,
    close: () => {
      watchdog.close();
      executor.close();
    },
  };
}

async function servedMachines({ executor }: Services): Promise<ServedMachine[]> {
  return (await executor.listMachines({}, callLimit)).machines;
}

function statusTable(watched: readonly WatchedMachine[], served: readonly ServedMachine[]): string {
  const head = ['machine', 'state', 'since', 'generation', 'connected', 'running', 'load'];
  const more = ['reverts', 'last fault', 'detail'];
  const table = new Table({ head: [...head, ...more], style: { head: [], border: [] } });
  for (const machine of watched) {
    const work = served.find((each) => each.name === machine.name);
    const fault = machine.lastFault;
    table.push([
      machine.name,
      MachineState[machine.state],
      machine.stateTime?.toISOString() ?? '',
      machine.generation,
      work?.connected === true ? 'yes' : 'no',
      `${work?.running ?? 0} of ${work?.capacity ?? 0}`,
      loadText(machine.processorLoad),
      revertsText(machine.revertCount, machine.lastRevertDuration),
      fault === undefined ? '' : FaultReason[fault.reason],
      machine.stateDetail,
    ]);
  }
  return table.toString();
}

function loadText(load: ProcessorLoad | undefined): string {
  return load === undefined ? '' : `${Math.round(load.share * 100)} %`;
}

function revertsText(count: number, last: Parameters<typeof durationToMs>[0] | undefined): string {
  if (last === undefined || count === 0) return String(count);
  return `${count} (last ${(durationToMs(last) / 1000).toFixed(2)} s)`;
}

function unreachedText(host: Host, error: unknown): string {
  const { executor, watchdog } = host.addresses;
  const where = `${formatAddress(executor)} and ${formatAddress(watchdog)}`;
  return `the services do not answer at ${where}: ${connectionFailure(RpcError.from(error).message)}`;
}
