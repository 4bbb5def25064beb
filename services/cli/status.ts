import { credentials } from '@grpc/grpc-js';
import Table from 'cli-table3';
import type { Host } from '../../deploy/host.js';
import { FaultReason, MachineState, WatchdogServiceClient } from '../gen/pbot/vm/v1/watchdog.js';
import { formatAddress, grpcTarget } from '../lib/address.js';
import { durationToMs } from '../lib/duration.js';
import { callUnary, clientOptions } from '../lib/rpc-client.js';
import { RpcError } from '../lib/rpc-error.js';
import { connectExecutor } from './executor-client.js';

/** Prints what the services say of the machine. @returns the exit code: 0 where a machine can take work */
export async function printStatus(host: Host): Promise<number> {
  const watchdog = new WatchdogServiceClient(
    grpcTarget(host.addresses.watchdog),
    credentials.createInsecure(),
    clientOptions,
  );
  const executor = connectExecutor(host.addresses.executor);
  try {
    const watched = await callUnary(watchdog.listMachines.bind(watchdog), {}, { timeoutMs: 3000 });
    const seen = await callUnary(executor.listMachines.bind(executor), {}, { timeoutMs: 3000 });
    const table = new Table({
      head: [
        'machine',
        'state',
        'since',
        'connected',
        'running',
        'reverts',
        'last fault',
        'detail',
      ],
      style: { head: [], border: [] },
    });
    for (const machine of watched.machines) {
      const work = seen.machines.find((each) => each.name === machine.name);
      const fault = machine.lastFault;
      table.push([
        machine.name,
        MachineState[machine.state],
        machine.stateTime?.toISOString() ?? '',
        work?.connected === true ? 'yes' : 'no',
        `${work?.running ?? 0} of ${work?.capacity ?? 0}`,
        revertsText(machine.revertCount, machine.lastRevertDuration),
        fault === undefined ? '' : FaultReason[fault.reason],
        machine.stateDetail,
      ]);
    }
    process.stdout.write(`${table.toString()}\n`);
    return seen.machines.some((machine) => machine.connected) ? 0 : 1;
  } catch (error) {
    const { executor: executorAddress, watchdog: watchdogAddress } = host.addresses;
    const where = `${formatAddress(executorAddress)} and ${formatAddress(watchdogAddress)}`;
    process.stderr.write(
      `pbot-vm: the services do not answer at ${where}: ${RpcError.from(error).message}\n`,
    );
    return 1;
  } finally {
    watchdog.close();
    executor.close();
  }
}

function revertsText(count: number, last: Parameters<typeof durationToMs>[0] | undefined): string {
  if (last === undefined || count === 0) return String(count);
  return `${count} (last ${(durationToMs(last) / 1000).toFixed(2)} s)`;
}
