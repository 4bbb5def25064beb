// `pbot-vm drain` and `pbot-vm resume`: have the Executor of this host take no work, or take it again.

import {
  type Availability,
  AvailabilityState,
  OperatorServiceService,
} from '../gen/pbot/vm/v1/operator.js';
import { connect } from '../lib/access/client-access.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import { control } from '../lib/config/service-addresses.js';
import { sleep, systemClock } from '../lib/process/clock.js';
import { UserError } from '../lib/process/user-error.js';
import type { RpcClient } from '../lib/rpc/client.js';
import { RpcError } from '../lib/rpc/error.js';
import type { ServicePlace } from './operator.js';

/** Longer than the longest notice of PBOTVM_DRAIN. */
const drainLimitMs = 60_000;

const questionLimitMs = 3000;
const pollMs = 200;

type Operator = RpcClient<OperatorServiceService>;

/**
 * Drains the Executor. With `waits`, returns when nothing runs or waits any more.
 *
 * @returns one sentence for the operator
 * @throws UserError
 */
export async function drain(place: ServicePlace, options: { waits: boolean }): Promise<string> {
  return await withOperator(place, async (operator) => {
    const { availability } = await operator.drain({}, { timeoutMs: drainLimitMs });
    if (!options.waits) return `The Executor takes no new work${remaining(availability)}.`;
    await untilIdle(operator);
    return 'The Executor takes no new work, and has none any more.';
  });
}

/**
 * @returns one sentence for the operator
 * @throws UserError
 */
export async function resume(place: ServicePlace): Promise<string> {
  return await withOperator(place, async (operator) => {
    const { availability } = await operator.resume({}, { timeoutMs: questionLimitMs });
    const isAvailable = availability?.state === AvailabilityState.AVAILABLE;
    if (isAvailable) return 'The Executor takes work again.';
    return `The Executor is no longer drained, but takes no work: ${availability?.detail ?? ''}`;
  });
}

async function withOperator(
  { addresses, access }: ServicePlace,
  task: (operator: Operator) => Promise<string>,
): Promise<string> {
  const address = addresses.control;
  if (address === undefined) {
    throw new UserError(`No socket of the Executor is known: set ${control.variable} to it.`);
  }
  const operator = connect(OperatorServiceService, { address, access });
  try {
    return await task(operator);
  } catch (error) {
    throw sentence(error, address);
  } finally {
    operator.close();
  }
}

async function untilIdle(operator: Operator): Promise<void> {
  for (;;) {
    const { availability } = await operator.getAvailability({}, { timeoutMs: questionLimitMs });
    if (availability?.running === 0 && availability.waiting === 0) return;
    await sleep(systemClock, pollMs);
  }
}

function remaining(availability: Availability | undefined): string {
  const { running = 0, waiting = 0 } = availability ?? {};
  if (running + waiting === 0) return '';
  return `; ${running} programs run and ${waiting} wait`;
}

/** An error of a call as the sentence that a user reads; any other error as it is. */
function sentence(error: unknown, address: Address): unknown {
  if (!(error instanceof RpcError)) return error;
  const where = formatAddress(address);
  const message = error.isOfConnection
    ? `No Executor answers at ${where}: is it running, and may this user open the socket?`
    : error.message;
  return new UserError(message, { cause: error });
}
