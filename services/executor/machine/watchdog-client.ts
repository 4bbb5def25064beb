import {
  ReportFaultResponse_Action as Action,
  FaultReason,
  MachineState,
  type ProcessorLoad,
  WatchdogServiceService,
  type Machine as WatchedMachine,
} from '../../gen/pbot/vm/v1/watchdog.js';
import { type ClientAccess, connect } from '../../lib/access/client-access.js';
import type { Address } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import { sleep } from '../../lib/process/sleep.js';
import type { RpcClient } from '../../lib/rpc/client.js';
import type { FaultKind } from './fault.js';
import type { FaultVerdict, ReportFault } from './fault-reporter.js';
import type { MachineNews, WatchedState } from './machine.js';

const reportTimeoutMs = 5000;
const maxRetryDelayMs = 2000;

/** The Executor's view of the Watchdog. */
export class WatchdogClient {
  readonly #client: RpcClient<WatchdogServiceService>;
  readonly #log: Log;
  readonly #stopped = new AbortController();

  constructor(options: { address: Address; access: ClientAccess; log: Log }) {
    this.#client = connect(WatchdogServiceService, options);
    this.#log = options.log;
  }

  /** Follows the machines until `close`, over every restart of the Watchdog. */
  async watch(listener: {
    onNews: (machine: string, news: MachineNews) => void;
    /** The Watchdog is away: what it said last may be wrong by now. */
    onSilence: () => void;
  }): Promise<void> {
    const { signal } = this.#stopped;
    let delayMs = 50;
    while (!signal.aborted) {
      try {
        for await (const { machines } of this.#client.watchMachines({}, { signal })) {
          delayMs = 50;
          for (const machine of machines) listener.onNews(machine.name, newsOf(machine));
        }
      } catch (error) {
        if (!signal.aborted) this.#log.warn(`the Watchdog is not reached: ${String(error)}`);
      }
      listener.onSilence();
      await sleep(delayMs, signal);
      delayMs = Math.min(2 * delayMs, maxRetryDelayMs);
    }
  }

  readonly reportFault: ReportFault = async (fault) => {
    const { machine, generation, detail, executionId } = fault;
    const response = await this.#client.reportFault(
      { machine, generation, reason: reasonOf(fault.kind), detail, executionId },
      { timeoutMs: reportTimeoutMs },
    );
    return verdictOf(response.action);
  };

  close(): void {
    this.#stopped.abort();
    this.#client.close();
  }
}

function newsOf(machine: WatchedMachine): MachineNews {
  return {
    state: stateOf(machine.state),
    generation: machine.generation,
    isPristine: machine.pristine,
    load: loadOf(machine.processorLoad),
  };
}

function loadOf(load: ProcessorLoad | undefined): MachineNews['load'] {
  if (load?.measureTime === undefined) return undefined;
  return { share: load.share, measuredAtMs: load.measureTime.getTime() };
}

function stateOf(state: MachineState): WatchedState {
  switch (state) {
    case MachineState.UNSPECIFIED:
    case MachineState.UNKNOWN:
      return 'unknown';
    case MachineState.STARTING:
      return 'starting';
    case MachineState.READY:
      return 'ready';
    case MachineState.REVERTING:
      return 'reverting';
    case MachineState.OFFLINE:
      return 'offline';
  }
}

function reasonOf(kind: FaultKind): FaultReason {
  switch (kind) {
    case 'timed out':
      return FaultReason.TIMED_OUT;
    case 'corrupt':
      return FaultReason.CHANNEL_CORRUPT;
    case 'guest error':
    case 'silent':
    case 'forgotten':
      return FaultReason.GUEST_ERROR;
    case 'used':
      return FaultReason.USED;
    case 'busy while idle':
      return FaultReason.BUSY_WHILE_IDLE;
  }
}

function verdictOf(action: Action): FaultVerdict {
  return action === Action.IGNORED ? 'ignored' : 'revert';
}
