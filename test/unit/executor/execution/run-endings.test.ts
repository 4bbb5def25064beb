// A run that does not come to its own end.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  inputWindowBytes,
  maxPieceBytes,
  outputWindowBytes,
} from '../../../../guest/protocol/frame.js';
import type { Limit } from '../../../../services/executor/execution/result.js';
import type { Stream as GuestStream } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import {
  Limit as GuestLimit,
  Phase as GuestPhase,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { GuestWord } from '../fake-machine.js';
import {
  COMPILE,
  execution,
  frames,
  RUN,
  resultOf,
  runToEnd,
  type Started,
  settled,
  start,
} from './run-scene.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a run that is stopped', () => {
  it('a run that is stopped ends when the guest has ended it, with the reason', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    run.stop('cancelled');
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(frames.ended(RUN, { limit: GuestLimit.KILLED }));
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults).toEqual([]);
  });

  it('a run that is stopped before its first phase reports the reason all the same', async () => {
    const { machine, run } = start();
    run.stop('cancelled');
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
  });

  it('a run that is stopped has its first reason, and one kill, however often it is stopped', async () => {
    const { machine, run } = start({ program: { maxOutputBytes: 1 } });
    machine.say(frames.started(RUN));
    run.stop('cancelled');
    run.stop('output');
    machine.say(frames.output('too much'));
    runToEnd(machine);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
    expect(machine.sentOf('kill')).toHaveLength(1);
  });

  it('a run that is stopped on a guest that is silent is a fault of the guest, and has its result without it', async () => {
    const { machine, run, faults, end } = start();
    machine.say(frames.started(RUN));
    machine.say(frames.output('so far'));
    run.stop('cancelled');
    await vi.advanceTimersByTimeAsync(7999);
    expect(end()).toBeUndefined();
    expect(faults).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'cancelled',
      stdout: { data: Buffer.from('so far') },
    });
    expect(faults).toEqual([
      { kind: 'guest error', detail: 'the guest has not ended an execution within 8 s' },
    ]);
  });

  it('a run that is stopped shortly before its deadline keeps its first reason', async () => {
    const { machine, run } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9500);
    run.stop('cancelled');
    await vi.advanceTimersByTimeAsync(1000);
    runToEnd(machine);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
  });

  it('a run that is stopped shortly before its deadline, and was ended by the guest, is no fault of the guest', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9500);
    run.stop('cancelled');
    await vi.advanceTimersByTimeAsync(1000);
    runToEnd(machine);
    await run.vacated;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults.filter(({ kind }) => kind === 'guest error')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a run that is stopped after its end is as it was', async () => {
    const { machine, run } = start();
    machine.say(frames.started(RUN));
    runToEnd(machine);
    run.stop('cancelled');
    expect(resultOf(await run.ended).run).not.toHaveProperty('limit');
    expect(machine.sentOf('kill')).toEqual([]);
  });
});

describe('a run whose machine is lost', () => {
  it('a run whose machine is lost ends as lost, with no finished event, and gives its slot back', async () => {
    const { machine, run, events } = start();
    machine.say(frames.started(RUN));
    machine.say(frames.output('so far'));
    machine.lose('the data channel was cut');
    await expect(run.ended).resolves.toEqual({ kind: 'lost', detail: 'the data channel was cut' });
    await run.vacated;
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'phase-started', 'output']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a run whose machine is lost while it is being killed ends as lost, without a fault', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    run.stop('cancelled');
    machine.lose('the machine is being reverted');
    await expect(run.ended).resolves.toMatchObject({ kind: 'lost' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults).toEqual([]);
  });

  it('a run whose machine is lost after its deadline has the result of a program that was too slow', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_000);
    machine.lose('the machine is being reverted');
    expect(resultOf(await run.ended).run?.limit).toBe('wall time');
    expect(faults.map(({ kind }) => kind)).toEqual(['timed out']);
    await run.vacated;
  });

  it('a run whose machine is lost while it waits for input credit lets whoever writes go', async () => {
    const { machine, run } = start({ program: { stdin: new Uint8Array(2 * inputWindowBytes) } });
    const written = run.writeInput(Buffer.from('more'));
    machine.lose('the data channel was cut');
    await expect(written).resolves.toBeUndefined();
  });
});

describe('a guest that says what makes no sense', () => {
  const nonsense: readonly (readonly [string, readonly GuestWord[]])[] = [
    ['output before any phase', [frames.output('x')]],
    ['output between phases', [frames.started(COMPILE), frames.ended(COMPILE), frames.output('x')]],
    ['output of an unknown stream', [frames.started(RUN), frames.output('x', 9 as GuestStream)]],
    ['an unknown phase', [frames.started(GuestPhase.UNSPECIFIED)]],
    ['an unknown phase that ends', [frames.started(RUN), frames.ended(7 as GuestPhase)]],
    ['the end of a phase that has not begun', [frames.ended(RUN)]],
    ['the end of another phase', [frames.started(COMPILE), frames.ended(RUN)]],
    ['a phase in a phase', [frames.started(COMPILE), frames.started(RUN)]],
    [
      'a compiler after the program',
      [frames.started(RUN), frames.ended(RUN), frames.started(COMPILE)],
    ],
    ['the program twice', [frames.started(RUN), frames.ended(RUN), frames.started(RUN)]],
    ['an end in the middle of a phase', [frames.started(RUN), frames.finished]],
    ['an end before the first phase', [frames.finished]],
    ['a refusal of what has begun', [frames.started(RUN), frames.refused]],
    ['a refusal of what has run', [frames.started(COMPILE), frames.ended(COMPILE), frames.refused]],
  ];

  it.each(nonsense)('a guest (%s) is a fault, and the run is lost', async (_what, words) => {
    const { machine, events, faults, end, isVacated } = start();
    for (const word of words) machine.say(word);
    await settled();
    expect(end()).toEqual({
      kind: 'lost',
      detail: 'the guest has sent frames that make no sense',
    });
    expect(isVacated()).toBe(true);
    expect(faults.map(({ kind }) => kind)).toEqual(['guest error']);
    expect(events.map(({ kind }) => kind)).not.toContain('finished');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a guest that sends more than it has credit for is a fault, and takes no memory of ours', async () => {
    const { machine, faults, isVacated } = start({
      program: { maxOutputBytes: 64 * 1024 * 1024 },
      sink: () => new Promise(() => undefined),
    });
    machine.say(frames.started(RUN));
    const piece = frames.output(Buffer.alloc(maxPieceBytes));
    for (let sent = 0; sent < outputWindowBytes; sent += maxPieceBytes) machine.say(piece);
    expect(faults).toEqual([]);
    machine.say(piece);
    expect(faults.map(({ kind }) => kind)).toEqual(['guest error']);
    await settled();
    expect(isVacated()).toBe(true);
  });

  it('a guest that says anything after the end is not listened to', async () => {
    const { machine, run, events } = start();
    machine.say(frames.started(RUN));
    runToEnd(machine);
    await run.ended;
    const count = events.length;
    machine.say(frames.output('late'));
    machine.say(frames.started(RUN));
    await settled();
    expect(events).toHaveLength(count);
    expect(events.at(-1)?.kind).toBe('finished');
  });
});

describe('the end of a run', () => {
  const endings: Readonly<Record<string, (started: Started) => Promise<unknown>>> = {
    'its own end': ({ machine }) => {
      runToEnd(machine);
      return settled();
    },
    'its deadline': () => vi.advanceTimersByTimeAsync(20_000),
    'the loss of its machine': ({ machine }) => {
      machine.lose('lost');
      return settled();
    },
    'its client': ({ run }) => {
      run.stop('cancelled');
      return vi.advanceTimersByTimeAsync(9000);
    },
  };
  const pairs = Object.keys(endings).flatMap((first) =>
    Object.keys(endings).map((second) => [first, second] as const),
  );

  it.each(pairs)(
    'whatever ends a run first there is one result: %s, then %s',
    async (first, second) => {
      const started = start();
      started.machine.say(frames.started(RUN));
      await endings[first]?.(started);
      const end = started.end();
      expect(end).toBeDefined();
      await endings[second]?.(started);
      expect(started.end()).toBe(end);
      const finishes = started.events.filter(({ kind }) => kind === 'finished');
      expect(finishes).toHaveLength(end?.kind === 'result' ? 1 : 0);
      const expected: Record<string, Limit | undefined> = {
        'its deadline': 'wall time',
        'its client': 'cancelled',
      };
      if (end?.kind === 'result') expect(end.result.run?.limit).toBe(expected[first]);
    },
  );
});
