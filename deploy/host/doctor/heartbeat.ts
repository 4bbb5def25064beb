// Check of `pbot-vm doctor`: the machine's heartbeat.

import {
  MachineState,
  WatchdogServiceService,
  type Machine as WatchedMachine,
} from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { connect } from '../../../services/lib/access/client-access.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import type { Host } from '../host.js';
import type { Machine } from '../machine.js';
import { type Check, type Finding, failed, ok, skipped, warning } from './check.js';
import { callLimitMs } from './limits.js';
import { callAdvice, type ServiceAnswer, startAdvice } from './service.js';

/** Whether the machine's heart beats, as the Watchdog sees it: nobody else may open that channel. */
export function heartbeatCheck(machine: Machine, watchdog: () => Promise<ServiceAnswer>): Check {
  return {
    title: 'heartbeat',
    run: async () => {
      if ((await watchdog()).kind !== 'serving') {
        return skipped('only the Watchdog sees it, and that is not running', startAdvice);
      }
      try {
        const watched = await listMachines(machine.host);
        return judgeHeartbeat(machine, watched, new Date());
      } catch (error) {
        const failure = RpcError.from(error);
        return failed(failure.message, callAdvice(failure));
      }
    },
  };
}

/** What counts of a machine here. */
export type Heart = Pick<
  WatchedMachine,
  'name' | 'domain' | 'state' | 'stateDetail' | 'heartbeatTime'
>;

/** Judges the machines of the Watchdog. */
export function judgeHeartbeat(
  { domain }: Pick<Machine, 'domain'>,
  hearts: readonly Heart[],
  now: Date,
): Finding {
  const heart = hearts.find((each) => each.domain === domain);
  if (heart === undefined) {
    const watched = hearts.map((each) => each.domain).join(', ');
    return failed(
      `the Watchdog does not watch ${domain}, but ${watched === '' ? 'nothing' : watched}`,
      'Start vm-server with the same PBOTVM_DOMAIN.',
    );
  }
  const age = `last heartbeat ${describeAge(heart.heartbeatTime, now)}`;
  switch (heart.state) {
    case MachineState.READY:
      return ok(`the machine is ready, ${age}`);
    case MachineState.STARTING:
      return warning(`the machine is starting, ${age}`, patience);
    case MachineState.REVERTING:
      return warning(`the machine is being reverted, ${age}: ${heart.stateDetail}`, patience);
    case MachineState.UNKNOWN:
    case MachineState.UNSPECIFIED:
      return warning(`the Watchdog knows nothing of the machine yet, ${age}`, patience);
    case MachineState.OFFLINE:
      return failed(
        `the machine is offline, ${age}: ${heart.stateDetail}`,
        'Fix what other checks report; else run "pbot-vm up" and read the log of vm-server.',
      );
  }
}

const patience =
  'Run this again in half a minute; if it has not changed, read the log of vm-server.';

function describeAge(time: Date | undefined, now: Date): string {
  if (time === undefined) return 'never';
  return `${Math.max(0, (now.getTime() - time.getTime()) / 1000).toFixed(1)} s ago`;
}

async function listMachines({ addresses, access }: Host): Promise<WatchedMachine[]> {
  const client = connect(WatchdogServiceService, { address: addresses.watchdog, access });
  try {
    return (await client.listMachines({}, { timeoutMs: callLimitMs })).machines;
  } finally {
    client.close();
  }
}
