// The Executor's client of the Watchdog: follows the machines and reports faults.

import {
  ReportFaultResponse_Action as Action,
  FaultReason,
  MachineState,
  type ProcessorLoad,
  WatchdogServiceService,
  type Machine as WatchedMachine,
} from '../../gen/pbot/vm/v1/watchdog.js';
import { type ClientAccess, connect } from '../../lib/access/client-access.js';
import { type Address, formatAddress } from '../../lib/config/address.js';
import { backoff } from '../../lib/process/back-off.js';
import { sleep, systemClock } from '../../lib/process/clock.js';
import type { Log } from '../../lib/process/log.js';
import type { RpcClient } from '../../lib/rpc/client.js';
import { enumTable } from '../../lib/rpc/enum-table.js';
import { RpcError } from '../../lib/rpc/error.js';
import { maxAbsenceMs } from '../watchdog-absence.js';
import type { FaultVerdict, ReportFault } from './fault-reporter.js';
import type { MachineNews } from './watchdog-view.js';

const reportTimeoutMs = 5000;
const retryDelays = { minMs: 50, maxMs: 2000 };

/** The Executor's view of the Watchdog. */
export class WatchdogClient {
  readonly #client: RpcClient<WatchdogServiceService>;
  readonly #log: Log;
  /** That it does not answer, in words for clients. */
  readonly #absence: string;
  readonly #stopped = new AbortController();

  constructor(options: { address: Address; access: ClientAccess; log: Log }) {
    this.#client = connect(WatchdogServiceService, options);
    this.#log = options.log;
    this.#absence = `the Watchdog at ${formatAddress(options.address)} does not answer`;
  }

  /** Follows the machines until `close`, over every restart of the Watchdog. */
  async watch(listener: {
    onNews: (machine: string, news: MachineNews) => void;
    /** The Watchdog is away: what it said last may be wrong by now. `absence` says so to clients. */
    onSilence: (absence: string) => void;
  }): Promise<void> {
    const { signal } = this.#stopped;
    const delays = backoff(retryDelays);
    let presence: 'present' | 'away' = 'present';
    while (!signal.aborted) {
      const waitsForService = presence === 'away';
      let failure = 'it has ended its stream';
      try {
        const changes = this.#client.watchMachines({}, { signal, waitsForService });
        for await (const { machines } of changes) {
          if (presence === 'away') this.#log.info('the Watchdog answers again');
          presence = 'present';
          delays.reset();
          for (const machine of machines) listener.onNews(machine.name, newsOf(machine));
        }
      } catch (error) {
        failure = RpcError.from(error).message;
      }
      if (presence === 'present' && !signal.aborted) this.#logAbsence(failure);
      presence = 'away';
      listener.onSilence(this.#absence);
      await sleep(systemClock, delays.next(), signal);
    }
  }

  readonly reportFault: ReportFault = async (fault) => {
    const { machine, generation, detail, executionId } = fault;
    const response = await this.#client.reportFault(
      { machine, generation, reason: faultReasons.toWire(fault.kind), detail, executionId },
      { timeoutMs: reportTimeoutMs },
    );
    return verdictOf(response.action);
  };

  #logAbsence(failure: string): void {
    const seconds = maxAbsenceMs / 1000;
    this.#log.warn(
      { failure },
      `${this.#absence}: machines work on for up to ${seconds} s, and no revert is possible`,
    );
  }

  close(): void {
    this.#stopped.abort();
    this.#client.close();
  }
}

function newsOf(machine: WatchedMachine): MachineNews {
  return {
    state: states.fromWire(machine.state) ?? 'unknown',
    generation: machine.generation,
    isPristine: machine.pristine,
    revertObstacle: machine.revertObstacle || undefined,
    load: loadOf(machine.processorLoad),
  };
}

function loadOf(load: ProcessorLoad | undefined): MachineNews['load'] {
  if (load?.measureTime === undefined) return undefined;
  return { share: load.share, measuredAtMs: load.measureTime.getTime() };
}

const states = enumTable({
  unknown: MachineState.UNKNOWN,
  starting: MachineState.STARTING,
  ready: MachineState.READY,
  reverting: MachineState.REVERTING,
  offline: MachineState.OFFLINE,
});

const faultReasons = enumTable({
  'timed out': FaultReason.TIMED_OUT,
  corrupt: FaultReason.CHANNEL_CORRUPT,
  'guest error': FaultReason.GUEST_ERROR,
  silent: FaultReason.GUEST_ERROR,
  forgotten: FaultReason.GUEST_ERROR,
  used: FaultReason.USED,
  'busy while idle': FaultReason.BUSY_WHILE_IDLE,
});

function verdictOf(action: Action): FaultVerdict {
  return action === Action.IGNORED ? 'ignored' : 'revert';
}
