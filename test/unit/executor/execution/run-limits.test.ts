// A run that passes a limit: of a phase, of its time, of its output.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maxPieceBytes, outputWindowBytes } from '../../../../guest/protocol/frame.js';
import type { ExecutionEvent } from '../../../../services/executor/execution/result.js';
import {
  Limit as GuestLimit,
  PhaseLimits as PhaseLimitsFrame,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { FakeMachine } from '../fake-machine.js';
import {
  COMPILE,
  execution,
  frames,
  noLimits,
  noneDropped,
  RUN,
  resultOf,
  runToEnd,
  settled,
  start,
} from './run-scene.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a run with limits of its phases', () => {
  it('a run with limits of its phases sends them to the guest, in its units', () => {
    const { machine } = start({
      program: {
        compileLimits: { ...noLimits, cpuTimeMs: 1500 },
        runLimits: { ...noLimits, wallTimeMs: 0.5, memoryBytes: 2 ** 33, processes: 5 },
      },
    });
    const none = PhaseLimitsFrame.create();
    expect(machine.sentOf('start')).toMatchObject([
      {
        compileLimits: { ...none, cpuMs: 1500 },
        runLimits: { ...none, wallMs: 1, memoryBytes: 2n ** 33n, processes: 5 },
      },
    ]);
  });

  it('a run with limits of its phases has what the guest ended it for, without a fault: nothing is wrong with the machine', async () => {
    const { machine, run, faults } = start({
      program: { runLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(1100);
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.WALL_TIME,
      }),
    );
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({ limit: 'wall time' });
    await run.vacated;
    expect(faults).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a run with limits of its phases is ended from here 2 s later, where the guest has missed it', async () => {
    const { machine, run, faults } = start({
      program: { compileLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    await vi.advanceTimersByTimeAsync(500);
    machine.say(frames.started(COMPILE));
    await vi.advanceTimersByTimeAsync(2999);
    expect(machine.sentOf('kill')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(
      frames.ended(COMPILE, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.KILLED,
      }),
    );
    machine.say(frames.finished);
    const result = resultOf(await run.ended);
    expect(result.compile).toMatchObject({ limit: 'wall time' });
    expect(result.run).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it('a run with limits of its phases on a guest that does not end a phase even after a kill has a fault', async () => {
    const { machine, run, faults } = start({
      program: { timeLimitMs: 60_000, runLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(11_000);
    expect(resultOf(await run.ended).run?.limit).toBe('wall time');
    expect(faults.map(({ kind }) => kind)).toEqual(['guest error']);
  });

  it('a run with limits of its phases has the limit of each phase for that phase alone', async () => {
    const { machine, run } = start({
      program: { compileLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    machine.say(frames.started(COMPILE));
    machine.say(frames.ended(COMPILE));
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9000);
    expect(machine.sentOf('kill')).toEqual([]);
    runToEnd(machine);
    expect(resultOf(await run.ended).run).not.toHaveProperty('limit');
  });
});

describe('a run whose deadline passes', () => {
  it('a run whose deadline passes has the ending that the guest reports, and has its machine reported', async () => {
    const { machine, run, faults, end } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(frames.output('last words'));
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.KILLED,
        peakMemoryBytes: 5n,
      }),
    );
    expect(end()).toBeUndefined();
    expect(faults).toEqual([]);
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'wall time',
      outcome: { kind: 'signalled', signal: 'SIGKILL' },
      usage: { peakMemoryBytes: 5 },
      stdout: { data: Buffer.from('last words') },
    });
    expect(faults.map(({ kind }) => kind)).toEqual(['timed out']);
    await run.vacated;
  });

  it('a run whose deadline passes has a result soon without the guest, with the partial output, and its machine reported', async () => {
    const { machine, run, faults, end, isVacated } = start();
    await vi.advanceTimersByTimeAsync(1000);
    machine.say(frames.started(RUN, 'sh'));
    machine.say(frames.output('tick\n'));
    await vi.advanceTimersByTimeAsync(8999);
    expect(machine.sentOf('kill')).toEqual([]);
    await vi.advanceTimersByTimeAsync(250);
    expect(end()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'wall time',
      usage: { wallTimeMs: 9250 },
      stdout: { data: Buffer.from('tick\n') },
    });
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    expect(faults).toEqual([
      { kind: 'timed out', detail: 'an execution has passed its limit of 10 s' },
    ]);
    expect(isVacated()).toBe(false);
  });

  it('a run whose deadline passes has a result even where the guest never answered', async () => {
    const { run } = start();
    await vi.advanceTimersByTimeAsync(10_250);
    expect(resultOf(await run.ended)).toMatchObject({ run: { limit: 'wall time', command: [] } });
  });

  it('a run whose deadline passes gives its slot back when the guest has ended it, and has one fault only', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_250);
    machine.say(frames.output('late'));
    runToEnd(machine);
    await run.vacated;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults).toHaveLength(1);
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'phase-started', 'finished']);
    expect(machine.isListenedTo).toBe(false);
  });

  it('a run whose deadline passes on a guest that does not end it has a second fault, and keeps its slot', async () => {
    const { machine, faults, isVacated } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(18_000);
    expect(faults.map(({ kind }) => kind)).toEqual(['timed out', 'guest error']);
    expect(isVacated()).toBe(false);
    machine.lose('the machine is being reverted');
    await settled();
    expect(isVacated()).toBe(true);
  });
});

describe('a run that prints too much', () => {
  it('a run that prints too much is killed, and keeps what is within the limit', async () => {
    const { machine, run, events, faults } = start({ program: { maxOutputBytes: 5 } });
    machine.say(frames.started(RUN));
    machine.say(frames.output('abc'));
    expect(machine.sentOf('kill')).toEqual([]);
    machine.say(frames.output('defg'));
    machine.say(frames.output('hij'));
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.KILLED,
      }),
    );
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'output',
      stdout: { data: Buffer.from('abcde'), totalBytes: 10, truncated: true, ...noneDropped },
    });
    const printed = events.flatMap((event) => (event.kind === 'output' ? [event.data] : []));
    expect(Buffer.concat(printed)).toEqual(Buffer.from('abcde'));
    expect(faults).toEqual([]);
  });

  it('a run that prints too much may print exactly as much as the limit', async () => {
    const { machine, run } = start({ program: { maxOutputBytes: 5 } });
    machine.say(frames.started(RUN));
    machine.say(frames.output('abcde'));
    runToEnd(machine);
    const { run: phase } = resultOf(await run.ended);
    expect(phase).not.toHaveProperty('limit');
    expect(phase?.stdout.truncated).toBe(false);
    expect(machine.sentOf('kill')).toEqual([]);
  });
});

describe('a run whose client takes no output', () => {
  const unread = () => new Promise<void>(() => undefined);
  const printALot = (machine: FakeMachine) => {
    machine.say(frames.started(RUN));
    for (let bytes = 0; bytes <= outputWindowBytes / 2; bytes += maxPieceBytes) {
      machine.say(frames.output(Buffer.alloc(maxPieceBytes)));
    }
  };
  const options = {
    program: { maxOutputBytes: 64 * 1024 * 1024 },
    sink: ({ kind }: ExecutionEvent) => (kind === 'output' ? unread() : Promise.resolve()),
  };

  it('a run whose client takes no output leaves its slot after 3 s if others wait for it, without a fault', async () => {
    const { machine, faults, steps, isVacated } = start({ ...options, isSlotWanted: () => true });
    printALot(machine);
    await vi.advanceTimersByTimeAsync(2999);
    expect(machine.sentOf('kill')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    runToEnd(machine);
    await settled();
    expect(isVacated()).toBe(true);
    expect(faults).toEqual([]);
    expect(steps.at(-1)).toMatchObject({
      kind: 'over',
      end: { kind: 'result', result: { run: { limit: 'cancelled' } } },
    });
  });

  it('a run whose client takes no output goes on until somebody else wants its slot', async () => {
    let isSlotWanted = false;
    const { machine } = start({ ...options, isSlotWanted: () => isSlotWanted });
    printALot(machine);
    await vi.advanceTimersByTimeAsync(8000);
    expect(machine.sentOf('kill')).toEqual([]);
    isSlotWanted = true;
    await vi.advanceTimersByTimeAsync(250);
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
  });

  it('a run whose client takes a portion now and then goes on, whoever waits', async () => {
    const taken: (() => void)[] = [];
    const { machine } = start({
      program: options.program,
      isSlotWanted: () => true,
      sink: ({ kind }) =>
        kind === 'output' ? new Promise((resolve) => taken.push(resolve)) : Promise.resolve(),
    });
    printALot(machine);
    for (let round = 0; round < 3; round += 1) {
      await vi.advanceTimersByTimeAsync(2900);
      for (let bytes = 0; bytes < outputWindowBytes / 4; bytes += maxPieceBytes) {
        taken.shift()?.();
        await settled();
        machine.say(frames.output(Buffer.alloc(maxPieceBytes)));
      }
    }
    expect(machine.sentOf('kill')).toEqual([]);
  });
});
