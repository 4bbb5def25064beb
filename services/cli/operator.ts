// Connects `pbot-vm status` and `pbot-vm revert` to the services. PBOTVM_SERVER alone names them: the Executor says
// where its Watchdog is.

import type { Host } from '../../deploy/host/host.js';
import type { ExecutorMachine, ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { type Machine, MachineState, WatchdogServiceService } from '../gen/pbot/vm/v1/watchdog.js';
import { connect } from '../lib/access/client-access.js';
import { type Address, isLoopback, parseAddress } from '../lib/config/address.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import { UserError } from '../lib/process/user-error.js';
import type { RpcClient } from '../lib/rpc/client.js';
import { RpcError } from '../lib/rpc/error.js';
import { connectExecutor, describeFailureOf } from './executor-client.js';

/** How the services are reached. */
export type ServicePlace = Pick<Host, 'addresses' | 'access'>;

/** Both services, as an operator asks them. */
export interface Services {
  readonly executor: RpcClient<ExecutorServiceService>;
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly addresses: { readonly executor: Address; readonly watchdog: Address };
  close(): void;
}

/** For a question that is answered from memory. */
const questionLimit = { timeoutMs: 3000 };

const revertLimitMs = 180_000;

/**
 * The Executor, and the Watchdog that it names unless PBOTVM_WATCHDOG does.
 *
 * @throws UserError where the Executor does not answer, or its Watchdog can't be reached from here
 */
export async function connectServices(
  { addresses, access }: ServicePlace,
  environment: NodeJS.ProcessEnv,
): Promise<Services> {
  const executor = connectExecutor({ address: addresses.executor, access });
  try {
    const watchdogAddress = environment[serviceAddresses.watchdog.variable]
      ? addresses.watchdog
      : await askWatchdogAddress(executor, addresses);
    const watchdog = connect(WatchdogServiceService, { address: watchdogAddress, access });
    const close = () => {
      executor.close();
      watchdog.close();
    };
    const both = { executor: addresses.executor, watchdog: watchdogAddress };
    return { executor, watchdog, addresses: both, close };
  } catch (error) {
    executor.close();
    throw sentence('Executor', error, addresses.executor);
  }
}

/** @throws UserError where the Executor does not answer */
export async function servedMachines({
  executor,
  addresses,
}: Services): Promise<ExecutorMachine[]> {
  try {
    return (await executor.listMachines({}, questionLimit)).machines;
  } catch (error) {
    throw sentence('Executor', error, addresses.executor);
  }
}

/** @throws UserError where the Watchdog does not answer */
export async function watchedMachines({ watchdog, addresses }: Services): Promise<Machine[]> {
  try {
    return (await watchdog.listMachines({}, questionLimit)).machines;
  } catch (error) {
    throw sentence('Watchdog', error, addresses.watchdog);
  }
}

/**
 * The machines at each change that the Watchdog publishes.
 *
 * @throws UserError where the Watchdog is lost
 */
export async function* machineChanges(
  { watchdog, addresses }: Services,
  signal: AbortSignal,
): AsyncGenerator<readonly Machine[], void, undefined> {
  try {
    for await (const { machines } of watchdog.watchMachines({}, { signal })) yield machines;
  } catch (error) {
    throw sentence('Watchdog', error, addresses.watchdog);
  }
}

/**
 * Reverts machines: those that are named, else all that the Watchdog has.
 *
 * @throws UserError
 */
export async function revertMachines(
  services: Services,
  names: readonly string[],
  onReverted: (name: string) => void,
): Promise<void> {
  const known = (await watchedMachines(services)).map(({ name }) => name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) {
    throw new UserError(`There is no machine "${missing}"; there is ${known.join(', ')}.`);
  }
  for (const name of names.length === 0 ? known : names) {
    await revertMachine(services, name);
    onReverted(name);
  }
}

async function revertMachine({ watchdog, addresses }: Services, name: string): Promise<void> {
  try {
    const limits = { timeoutMs: revertLimitMs };
    const { machine } = await watchdog.revertMachine({ machine: name }, limits);
    if (machine?.state === MachineState.READY) return;
    throw new UserError(`${name} does not come back from its snapshot: ${machine?.stateDetail}.`);
  } catch (error) {
    throw sentence('Watchdog', error, addresses.watchdog);
  }
}

/** An error of a call as the sentence that a user reads; any other error as it is. */
function sentence(service: 'Executor' | 'Watchdog', error: unknown, address: Address): unknown {
  if (!(error instanceof RpcError)) return error;
  return new UserError(describeFailureOf(service, error, address), { cause: error });
}

async function askWatchdogAddress(
  executor: RpcClient<ExecutorServiceService>,
  addresses: Host['addresses'],
): Promise<Address> {
  const watchdogAddress = await executor.listMachines({}, questionLimit).then(
    (response) => response.watchdogAddress,
    (error: unknown) => {
      // The Watchdog of this host can do its work without its Executor.
      if (RpcError.from(error).isOfConnection && isLoopback(addresses.executor)) return '';
      throw error;
    },
  );
  if (watchdogAddress === '') return addresses.watchdog;
  const address = parseAddress(watchdogAddress);
  if (!isLoopback(address) || isLoopback(addresses.executor)) return address;
  throw new UserError(
    `the Watchdog listens at ${watchdogAddress} of the Executor's host alone: run this command there, or have it listen elsewhere and set PBOTVM_WATCHDOG`,
  );
}
