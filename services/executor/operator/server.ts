// pbot.vm.v1.OperatorService at its Unix socket: whoever can open that may drain the Executor.

import {
  type Availability as AvailabilityMessage,
  AvailabilityState,
  type OperatorServiceServer,
  OperatorServiceService,
} from '../../gen/pbot/vm/v1/operator.js';
import type { Address } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import { enumTable } from '../../lib/rpc/enum-table.js';
import { unary } from '../../lib/rpc/handler.js';
import { createRpcServer, listenRpc } from '../../lib/rpc/server.js';
import type { Availability } from '../availability.js';
import type { Drain } from './drain.js';

/** The messages are empty. */
const maxReceiveBytes = 1024;

/** Operators are few. */
const maxConnections = 16;

const states = enumTable({
  available: AvailabilityState.AVAILABLE,
  'no-machine': AvailabilityState.NO_MACHINE,
  draining: AvailabilityState.DRAINING,
  stopping: AvailabilityState.STOPPING,
});

/**
 * @returns what ends the service, and calls under way with it
 * @throws UserError where the address can't be listened on
 */
export async function serveOperator(options: {
  address: Address & { readonly kind: 'unix' };
  drain: Drain;
  availability: () => Availability;
  log: Log;
}): Promise<{ close(): void }> {
  const { address, log } = options;
  const implementation = { ...operatorHandlers(options) };
  const services = [{ definition: OperatorServiceService, implementation }];
  const rpc = createRpcServer({ log, services, maxReceiveBytes });
  const listener = await listenRpc(rpc, address, { maxConnections, log });
  return {
    close: () => {
      listener.close();
      rpc.server.forceShutdown();
    },
  };
}

function operatorHandlers({
  drain,
  availability,
  log,
}: {
  drain: Drain;
  availability: () => Availability;
  log: Log;
}): OperatorServiceServer {
  const now = () => ({ availability: toMessage(availability()) });
  return {
    drain: unary(log, async () => {
      log.info('an operator drains the Executor');
      await drain.drain();
      return now();
    }),
    resume: unary(log, () => {
      log.info('an operator has the Executor take work again');
      drain.resume();
      return Promise.resolve(now());
    }),
    getAvailability: unary(log, () => Promise.resolve(now())),
  };
}

function toMessage({ state, ...rest }: Availability): AvailabilityMessage {
  return { ...rest, state: states.toWire(state) };
}
