import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../../services/executor/machine/fault.js';
import {
  type CordonableMachine,
  FaultReporter,
  type FaultVerdict,
  type ReportFault,
} from '../../../../services/executor/machine/fault-reporter.js';

/** What a reporter sees of a machine: it writes down what is done to it. */
class FakeMachine implements CordonableMachine {
  readonly name = 'pbot-vm';
  generation = 4;
  running = 1;
  readonly calls: string[] = [];

  cordon(): void {
    this.calls.push('cordon');
  }

  uncordon(): void {
    this.calls.push('uncordon');
  }

  reconnect(reason: string): void {
    this.calls.push(`reconnect: ${reason}`);
  }

  #becomeIdle: () => void = () => undefined;
  readonly #idle = new Promise<void>((resolve) => {
    this.#becomeIdle = resolve;
  });

  idle(): Promise<void> {
    return this.#idle;
  }

  async endAll(): Promise<void> {
    this.#becomeIdle();
    await settled();
  }
}

type Fault = Parameters<ReportFault>[0];

/** A Watchdog whose answers the test gives, each when it likes. */
class FakeWatchdog {
  readonly faults: Fault[] = [];
  readonly #answers: { resolve: (verdict: FaultVerdict) => void; reject: (e: Error) => void }[] =
    [];
  #onReport: () => void = () => undefined;

  readonly report: ReportFault = (fault) => {
    this.faults.push(fault);
    return new Promise((resolve, reject) => {
      this.#answers.push({ resolve, reject });
      this.#onReport();
    });
  };

  async answer(verdict: FaultVerdict | Error): Promise<void> {
    const answer = this.#answers.shift();
    if (verdict instanceof Error) answer?.reject(verdict);
    else answer?.resolve(verdict);
    await settled();
  }

  /** Resolves with the next report. */
  reported(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReport = resolve;
    });
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function fault(more: { kind: FaultKind; generation?: number }) {
  return { generation: 4, detail: 'why', executionId: 'execution', ...more };
}

let reporter: FaultReporter | undefined;

afterEach(() => reporter?.stop());

function report(kind: FaultKind) {
  const machine = new FakeMachine();
  const watchdog = new FakeWatchdog();
  reporter = new FaultReporter({ report: watchdog.report, log: pino({ level: 'silent' }) });
  reporter.report(machine, fault({ kind }));
  return { machine, watchdog };
}

describe('a fault', () => {
  it('a fault is reported with its machine, generation, reason and execution', () => {
    const { watchdog } = report('timed out');
    expect(watchdog.faults).toEqual([
      {
        machine: 'pbot-vm',
        generation: 4,
        kind: 'timed out',
        detail: 'why',
        executionId: 'execution',
      },
    ]);
  });

  it('a fault takes the machine out of service before the Watchdog has said anything', () => {
    expect(report('timed out').machine.calls).toEqual(['cordon']);
  });

  describe('a fault of a busy machine', () => {
    function reportWithNeighbours(kind: FaultKind) {
      const machine = new FakeMachine();
      machine.running = 3;
      const watchdog = new FakeWatchdog();
      reporter = new FaultReporter({ report: watchdog.report, log: pino({ level: 'silent' }) });
      reporter.report(machine, fault({ kind }));
      return { machine, watchdog };
    }

    it('a fault of a machine that runs others lets them end first where a program was only too slow; the machine has no new work meanwhile', async () => {
      const { machine, watchdog } = reportWithNeighbours('timed out');
      await settled();
      expect(machine.calls).toEqual(['cordon']);
      expect(watchdog.faults).toEqual([]);
      await machine.endAll();
      expect(watchdog.faults).toHaveLength(1);
    });

    it.each<FaultKind>(['guest error', 'corrupt', 'silent'])(
      'a fault of a machine that runs others does not wait for them where it is %s',
      (kind) => {
        expect(reportWithNeighbours(kind).watchdog.faults).toHaveLength(1);
      },
    );

    it('a fault of a machine that runs others is history where another fault has had it reverted meanwhile', async () => {
      const { machine, watchdog } = reportWithNeighbours('timed out');
      machine.generation = 5;
      await machine.endAll();
      expect(watchdog.faults).toEqual([]);
    });
  });

  it('a fault that leads to a revert leaves the machine to the Watchdog', async () => {
    const { machine, watchdog } = report('guest error');
    await watchdog.answer('revert');
    expect(machine.calls).toEqual(['cordon']);
    expect(watchdog.faults).toHaveLength(1);
  });

  it.each<FaultKind>(['timed out', 'corrupt', 'silent'])(
    'a fault (%s) that the Watchdog ignores puts the machine back into service',
    async (kind) => {
      const { machine, watchdog } = report(kind);
      await watchdog.answer('ignored');
      expect(machine.calls).toEqual(['cordon', 'uncordon']);
    },
  );

  it('a fault of the guest that the Watchdog ignores ends the session first: what ran in it is not known', async () => {
    const { machine, watchdog } = report('guest error');
    await watchdog.answer('ignored');
    expect(machine.calls).toEqual(['cordon', 'reconnect: why', 'uncordon']);
  });

  it('a fault is reported again until the Watchdog has heard of it', async () => {
    const { machine, watchdog } = report('timed out');
    const again = watchdog.reported();
    await watchdog.answer(new Error('no route'));
    expect(machine.calls).toEqual(['cordon']);
    await again;
    expect(watchdog.faults[1]).toEqual(watchdog.faults[0]);
    await watchdog.answer('ignored');
    expect(machine.calls).toEqual(['cordon', 'uncordon']);
  });

  it('a fault that was seen of an older generation is not reported, and leaves the machine in service', () => {
    const machine = new FakeMachine();
    const watchdog = new FakeWatchdog();
    reporter = new FaultReporter({ report: watchdog.report, log: pino({ level: 'silent' }) });
    reporter.report(machine, fault({ kind: 'timed out', generation: 3 }));
    expect(watchdog.faults).toEqual([]);
    expect(machine.calls).toEqual([]);
  });

  it('a fault of an older generation is history: no word of it counts any more', async () => {
    const { machine, watchdog } = report('guest error');
    machine.generation = 5;
    await watchdog.answer('ignored');
    expect(machine.calls).toEqual(['cordon']);
  });

  it('a fault of an older generation is not reported again', async () => {
    const { machine, watchdog } = report('guest error');
    machine.generation = 5;
    await watchdog.answer(new Error('no route'));
    const next = new FakeWatchdog();
    const other = new FaultReporter({ report: next.report, log: pino({ level: 'silent' }) });
    other.report(machine, fault({ kind: 'silent', generation: 5 }));
    // A later fault has been reported twice by the time at which this one would have been.
    const reportedByOther = next.reported();
    await next.answer(new Error('no route'));
    await reportedByOther;
    expect(next.faults).toHaveLength(2);
    expect(watchdog.faults).toHaveLength(1);
    other.stop();
  });

  it('a fault is not reported again once the reporter has stopped', async () => {
    const { watchdog } = report('timed out');
    reporter?.stop();
    await watchdog.answer(new Error('no route'));
    expect(watchdog.faults).toHaveLength(1);
  });
});
