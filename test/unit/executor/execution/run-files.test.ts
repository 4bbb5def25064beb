// The files that a program leaves.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outputWindowBytes } from '../../../../guest/protocol/frame.js';
import type { PhaseFinished } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import { Limit as GuestLimit } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { GuestWord } from '../fake-machine.js';
import {
  COMPILE,
  execution,
  frames,
  RUN,
  resultOf,
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

describe('files of a run', () => {
  const asking = { program: { outputFiles: ['out/*'] } };
  const fileData = (path: string, data: string): GuestWord => ({
    body: { $case: 'fileData', value: { execution, path } },
    payload: Buffer.from(data),
  });
  const filesFinished = (truncated: boolean): GuestWord => ({
    body: { $case: 'filesFinished', value: { execution, truncated } },
  });

  function ran(options = asking, more: Partial<PhaseFinished> = {}): Started {
    const started = start(options);
    started.machine.say(frames.started(RUN));
    started.machine.say(frames.ended(RUN, more));
    return started;
  }

  it('files of a run are asked for with their number and their size together, and are in the result', async () => {
    const { machine, run, faults } = ran();
    expect(machine.sentOf('start')).toMatchObject([
      { outputFiles: ['out/*'], maxFiles: 2, maxFileBytes: 2 * 1024 * 1024 },
    ]);
    for (const word of [fileData('out/a', 'x'), fileData('out/a', 'y'), filesFinished(true)]) {
      machine.say(word);
    }
    machine.say(frames.finished);
    expect(resultOf(await run.ended)).toMatchObject({
      files: [{ path: 'out/a', data: Buffer.from('xy') }],
      filesTruncated: true,
    });
    expect(faults).toEqual([]);
  });

  it.each<[string, readonly GuestWord[]]>([
    ['more of them', ['a', 'b', 'c'].map((name) => fileData(`out/${name}`, ''))],
    ['larger ones', Array.from({ length: 33 }, () => fileData('out/a', 'x'.repeat(64 * 1024)))],
  ])(
    'files of a run that are not what was asked for (%s) are a fault of the guest',
    async (_what, words) => {
      const { machine, run, faults } = ran();
      for (const word of words) {
        machine.say(word);
        await settled();
      }
      expect((await run.ended).kind).toBe('lost');
      expect(faults).toMatchObject([{ kind: 'guest error' }]);
    },
  );

  it('files of a run earn new credit when they have come', async () => {
    const { machine } = ran();
    machine.say({ ...fileData('out/a', ''), payload: new Uint8Array(outputWindowBytes / 4) });
    await settled();
    expect(machine.sentOf('credit')).toEqual([{ execution, bytes: outputWindowBytes / 4 }]);
  });

  it('files of a run are not awaited where the compiler has failed or a limit has ended the program', async () => {
    const compiled = start(asking);
    compiled.machine.say(frames.started(COMPILE));
    compiled.machine.say(frames.ended(COMPILE));
    compiled.machine.say(frames.finished);
    expect(resultOf(await compiled.run.ended).filesTruncated).toBe(false);
    const limited = ran(asking, { limit: GuestLimit.WALL_TIME });
    limited.machine.say(frames.finished);
    expect(resultOf(await limited.run.ended)).toMatchObject({ files: [], filesTruncated: false });
  });

  it('files of a run that do not come in time are left out, which is no fault', async () => {
    const { machine, run, faults, isVacated } = ran();
    machine.say(fileData('out/a', 'whole'));
    machine.say(fileData('out/b', 'part'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(resultOf(await run.ended)).toMatchObject({
      run: { outcome: { kind: 'exited', exitCode: 0 } },
      files: [{ path: 'out/a', data: Buffer.from('whole') }],
      filesTruncated: true,
    });
    expect(machine.sentOf('kill')).toHaveLength(1);
    machine.say(filesFinished(true));
    machine.say(frames.finished);
    await settled();
    expect(isVacated()).toBe(true);
    expect(faults).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('files of a run that have no end are those that are surely whole', async () => {
    const { machine, run, faults } = ran();
    machine.say(fileData('out/a', 'whole'));
    machine.say(fileData('out/b', 'part'));
    machine.say(frames.finished);
    expect(resultOf(await run.ended)).toMatchObject({
      files: [{ path: 'out/a', data: Buffer.from('whole') }],
      filesTruncated: true,
    });
    expect(faults).toEqual([]);
  });

  it('files of a run may come later than the time limit of the program', async () => {
    const { machine, run, faults } = start(asking);
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9999);
    machine.say(frames.ended(RUN));
    await vi.advanceTimersByTimeAsync(1000);
    machine.say(filesFinished(false));
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run?.limit).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it.each<[string, GuestWord[]]>([
    ['nobody has asked for', [fileData('other', 'x')]],
    ['leave the directory', [fileData('out/../../etc/shadow', 'x')]],
    ['come after their end', [filesFinished(false), fileData('out/a', 'x')]],
  ])('files of a run that %s are a fault of the guest', async (_what, words) => {
    const { machine, run, faults } = ran();
    for (const word of words) machine.say(word);
    expect((await run.ended).kind).toBe('lost');
    expect(faults).toMatchObject([{ kind: 'guest error' }]);
  });

  it('files of a run that come before the program has ended, or unasked, are a fault of the guest', async () => {
    const early = start(asking);
    early.machine.say(frames.started(RUN));
    early.machine.say(fileData('out/a', 'x'));
    expect((await early.run.ended).kind).toBe('lost');
    const unasked = ran({ program: { outputFiles: [] } });
    unasked.machine.say(filesFinished(false));
    expect((await unasked.run.ended).kind).toBe('lost');
  });
});
