// Reports faults to the Watchdog and keeps the machine cordoned until it has decided.

import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { backoff } from '../../lib/process/back-off.js';
import { sleep, systemClock } from '../../lib/process/clock.js';
import type { Log } from '../../lib/process/log.js';
import type { Fault } from './fault.js';

/** What the Watchdog decides about a reported fault. */
export type FaultVerdict = 'revert' | 'ignored';

/** Reports one fault to the Watchdog. */
export type ReportFault = (
  fault: Fault & { readonly machine: string; readonly executionId: string },
) => Promise<FaultVerdict>;

/** What a report needs of a machine. `Machine` satisfies it. */
export interface CordonableMachine {
  readonly name: string;
  readonly generation: number;
  /** Executions on it. */
  readonly running: number;
  cordon(fault: Fault): void;
  uncordon(): void;
  reconnect(reason: string): void;
  /** Resolves when nothing runs on it. */
  idle(): Promise<void>;
}

/** A Watchdog that is back hears of the fault at once. */
const retryDelays = { minMs: 50, maxMs: 200 };

/** A machine that takes no new work is not kept so for one long program. */
const neighboursLimitMs = 15_000;

/** Reports faults until the Watchdog has heard of them; the machine gets no work until then. */
export class FaultReporter {
  readonly #report: ReportFault;
  readonly #log: Log;
  readonly #stopped = new AbortController();

  constructor(options: { report: ReportFault; log: Log }) {
    this.#report = options.report;
    this.#log = options.log;
  }

  /** @param fault.executionId empty where none is to blame */
  report(machine: CordonableMachine, fault: Fault & { readonly executionId: string }): void {
    if (fault.generation !== machine.generation) return;
    const details = { machine: machine.name, ...fault };
    if (fault.kind === 'used') this.#log.debug(details, 'used');
    else this.#log.warn(details, 'fault');
    machine.cordon(fault);
    void this.#deliver(machine, details);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #deliver(machine: CordonableMachine, fault: Parameters<ReportFault>[0]): Promise<void> {
    // Whoever shares the machine with a program that was too slow has done nothing wrong, and would lose its result. A guest
    // that can't end what has timed out is a fault of its own, which waits for nobody.
    if (fault.kind === 'timed out' && machine.running > 1) {
      await Promise.race([
        machine.idle(),
        sleep(systemClock, neighboursLimitMs, this.#stopped.signal),
      ]);
    }
    const delays = backoff(retryDelays);
    let attempts = 0;
    // A restarted Watchdog gives a new generation. The fault of an old one is of no interest.
    while (machine.generation === fault.generation && !this.#stopped.signal.aborted) {
      try {
        const verdict = await this.#report(fault);
        if (verdict === 'ignored' && machine.generation === fault.generation) {
          // A session that it opens now is no part of the trace of this fault.
          context.with(ROOT_CONTEXT, () => {
            if (fault.kind === 'guest error') machine.reconnect(fault.detail);
            machine.uncordon();
          });
        }
        return;
      } catch (error) {
        attempts += 1;
        if (attempts === 1) {
          const fields = { err: error, machine: fault.machine };
          this.#log.warn(fields, 'no revert is possible: the Watchdog was not reached');
        }
        await sleep(systemClock, delays.next(), this.#stopped.signal);
      }
    }
  }
}
