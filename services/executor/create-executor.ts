// Composes an Executor of its machines and of the reporter of their faults: for the service, for vm-exec without services,
// and for tests.

import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../lib/process/clock.js';
import { Executor, type ExecutorOptions } from './executor.js';
import { FaultReporter, type ReportFault } from './machine/fault-reporter.js';
import { hostSources } from './machine/host-sources.js';
import { Machine, type MachineOptions } from './machine/machine.js';

export interface ExecutorComposition
  extends Pick<ExecutorOptions, 'limits' | 'maxWaiting' | 'maxUnreadMs' | 'log'> {
  readonly machines: readonly Pick<MachineOptions, 'name' | 'dataAddress' | 'secret'>[];
  /** Each generation of a machine serves one execution and is reverted after it. */
  readonly isSingleUse: boolean;
  /** Reports a fault to whoever may revert the machine. */
  readonly reportFault: ReportFault;
  /** Where sessions, clocks and random generators of guests get their values; by default from this host. */
  readonly sources?: Pick<MachineOptions, 'random' | 'nowUs'>;
  readonly newExecutionId?: () => string;
  /** By default that of this process. */
  readonly clock?: Clock;
}

/** Nothing is connected until a machine learns its state, see `Executor.applyWatchdogState`. */
export function createExecutor(composition: ExecutorComposition): Executor {
  const { isSingleUse, log, sources = hostSources } = composition;
  const faults = new FaultReporter({ report: composition.reportFault, log });
  const machines = composition.machines.map(
    (machine) =>
      new Machine({
        ...machine,
        ...sources,
        log,
        isSingleUse,
        onFault: (faulty, fault) => faults.report(faulty, { ...fault, executionId: '' }),
      }),
  );
  return new Executor({
    machines,
    faults,
    limits: composition.limits,
    maxWaiting: composition.maxWaiting,
    maxUnreadMs: composition.maxUnreadMs,
    log,
    newExecutionId: composition.newExecutionId ?? randomUUID,
    clock: composition.clock ?? systemClock,
  });
}
