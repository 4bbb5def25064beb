import { describe, expect, it } from 'vitest';
import {
  describeChanges,
  type MadeWith,
  planFrom,
  suiteOf,
  together,
} from '../../../../../deploy/host/up/made-with.js';

const small: MadeWith = {
  languages: 'minimal',
  suite: 'bookworm',
  memoryMiB: 512,
  vcpus: 2,
  channels: 'isa-serial',
  tcpChannels: false,
  accelerator: 'tcg',
};

describe('what machines are made with', () => {
  it('machines are made with the defaults the first time', () => {
    const plan = planFrom({}, undefined);
    expect(plan).toEqual({
      suite: 'trixie',
      languages: 'minimal',
      next: 'standard',
      memoryMiB: 1024,
      vcpus: 1,
      channels: 'virtio-serial',
      tcpChannels: false,
      accelerator: 'auto',
    });
    expect(describeChanges(plan, undefined)).toEqual([]);
  });

  it('machines that are to have more languages keep them to come until an option names languages', () => {
    const growing: MadeWith = { ...small, next: 'standard' };
    expect(planFrom({ vcpus: 3 }, growing).next).toBe('standard');
    expect(planFrom({ languages: 'standard' }, growing)).not.toHaveProperty('next');
    expect(planFrom({}, small)).not.toHaveProperty('next');
  });

  it('machines have the memory for the languages to come, so that they are made again with no other change', () => {
    const first = planFrom({}, undefined);
    const grown = planFrom({ languages: 'standard' }, { ...first, accelerator: 'tcg' });
    expect(grown.memoryMiB).toBe(first.memoryMiB);
  });

  it('machines that are there are kept where no option says otherwise', () => {
    expect(planFrom({}, small)).toEqual(small);
    expect(describeChanges(planFrom({}, small), small)).toEqual([]);
  });

  it('an option that asks for what is there changes nothing', () => {
    expect(describeChanges(planFrom({ memoryMiB: 512, vcpus: 2 }, small), small)).toEqual([]);
  });

  it('an option changes what it says and nothing else, and is named', () => {
    const plan = planFrom({ memoryMiB: 1024, channels: 'virtio-serial', tcpChannels: true }, small);
    expect(plan).toEqual({
      ...small,
      memoryMiB: 1024,
      channels: 'virtio-serial',
      tcpChannels: true,
    });
    expect(describeChanges(plan, small)).toEqual([
      'MiB of memory: 1024 in place of 512',
      'channels: virtio-serial in place of isa-serial',
      "the channels' host ends: TCP ports in place of Unix sockets",
    ]);
  });

  it('machines get the memory that their languages need, unless an option says how much', () => {
    const full = { languages: 'full', vcpus: 4 };
    expect(planFrom(full, undefined).memoryMiB).toBeGreaterThan(1024);
    expect(planFrom({ ...full, memoryMiB: 512 }, undefined).memoryMiB).toBe(512);
    expect(planFrom({ languages: 'sh' }, small).memoryMiB).toBe(1024);
    expect(planFrom({}, { ...small, ...full }).memoryMiB).toBe(512);
  });

  it('a probe that is asked for is no change by itself', () => {
    const plan = planFrom({ accelerator: 'auto' }, small);
    expect(plan.accelerator).toBe('auto');
    expect(describeChanges(plan, small)).toEqual([]);
    expect(describeChanges(planFrom({ accelerator: 'kvm' }, small), small)).toEqual([
      'accelerator: kvm in place of tcg',
    ]);
  });
});

describe('the Debian releases of several machines', () => {
  const machine = (suite: string): MadeWith => ({ ...small, suite });

  it('each machine has the release at its place, and the others have the last one', () => {
    const places = [0, 1, 2].map((index) => suiteOf(machine('trixie, sid'), index));
    expect(places).toEqual(['trixie', 'sid', 'sid']);
  });

  it.each([
    [['trixie', 'sid', 'sid'], 'trixie,sid'],
    [['trixie', 'trixie'], 'trixie'],
    [['sid', 'trixie', 'sid'], 'sid,trixie,sid'],
  ])('machines of %j are told together as %s', (suites, suite) => {
    expect(together(suites.map(machine))).toEqual(machine(suite));
  });

  it('machines of which nothing is known tell nothing', () => {
    expect(together([undefined])).toBeUndefined();
    expect(together([undefined, machine('sid')])).toEqual(machine('sid'));
  });
});
