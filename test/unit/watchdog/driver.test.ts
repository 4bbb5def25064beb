import { afterEach, describe, expect, it } from 'vitest';
import {
  RevertDisabledError,
  RevertFailedError,
  RevertUnfinishedError,
} from '../../../services/watchdog/errors.js';
import { gate, Scene } from './fakes.js';

let scene: Scene;

afterEach(async () => {
  await scene.stop();
  expect(scene.clock.pending).toBe(0);
});

describe('at the start', () => {
  it('a machine that beats is READY at once while the Snapshot service is away', async () => {
    scene = new Scene();
    scene.snapshot.isReachable = false;
    await scene.start();
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100, revertCount: 0 });
    expect(scene.snapshot.reverts).toBe(0);
  });

  it('a silent machine is UNKNOWN while the Snapshot service is away, and is reverted later', async () => {
    scene = new Scene();
    scene.snapshot.isReachable = false;
    await start({ mute: true });
    await scene.clock.advance(300_000);
    expect(scene.machine.state).toBe('unknown');
    scene.snapshot.isReachable = true;
    await scene.clock.advance(5_000);
    expect(scene.machine.state).toBe('starting');
    scene.snapshot.onRevert = () => void (scene.channel.guest = 'answers');
    await scene.clock.advance(60_000);
    expect(scene.machine).toMatchObject({
      state: 'ready',
      generation: 101,
      lastFault: { reason: 'heartbeat-lost', generation: 100 },
    });
  });

  it('a domain that is shut off is started from its snapshot', async () => {
    scene = new Scene();
    scene.snapshot.domain = 'shut-off';
    scene.snapshot.onStart = () => {
      expect(scene.channel.isOpen).toBe(false);
      scene.channel.guest = 'answers';
    };
    await start({ mute: true });
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
    expect(scene.snapshot).toMatchObject({ starts: 1, reverts: 0 });
  });

  it('a start that fails makes the machine OFFLINE with the reason, and is tried again', async () => {
    scene = new Scene();
    scene.snapshot.domain = 'shut-off';
    scene.snapshot.onStart = () => Promise.reject(new Error('no disk'));
    await start({ mute: true });
    expect(scene.machine).toMatchObject({
      state: 'offline',
      stateDetail: 'The domain vm is shut off, and its start failed: no disk',
    });
    scene.snapshot.onStart = () => void (scene.channel.guest = 'answers');
    await scene.clock.advance(5_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
  });

  it('a domain that libvirt does not know is OFFLINE with advice, and is found when it is made', async () => {
    scene = new Scene();
    scene.snapshot.domain = 'not-found';
    await start({ mute: true });
    expect(scene.machine.state).toBe('offline');
    expect(scene.machine.stateDetail).toBe(
      'libvirt has no domain "vm": make it with "pbot-vm up", or name the right one in PBOTVM_DOMAIN.',
    );
    scene.snapshot.domain = 'running';
    await scene.clock.advance(5_000);
    expect(scene.machine).toMatchObject({ state: 'starting', generation: 101 });
  });

  it('a domain that crashed is reverted at once', async () => {
    scene = new Scene();
    scene.snapshot.domain = 'crashed';
    scene.snapshot.onRevert = () => void (scene.channel.guest = 'answers');
    await start({ mute: true });
    expect(scene.machine).toMatchObject({
      state: 'ready',
      generation: 101,
      lastFault: { reason: 'machine-gone' },
    });
  });
});

describe('a machine that was rebuilt', () => {
  it('a rebuilt machine has its snapshot saved before it is READY', async () => {
    await ready();
    const saved = gate();
    scene.snapshot.rebuilds = true;
    scene.snapshot.onCreate = () => saved.passed;
    scene.fault();
    await scene.clock.advance(5_000);
    expect(scene.snapshot.creates).toBe(1);
    expect(scene.machine.state).toBe('starting');
    saved.open();
    await scene.clock.advance(1_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
    expect(scene.snapshot.creates).toBe(1);
  });

  it('a rebuilt machine is READY without a snapshot if none can be saved', async () => {
    await ready();
    scene.snapshot.rebuilds = true;
    scene.snapshot.onCreate = () => Promise.reject(new Error('The disk is full.'));
    scene.fault();
    await scene.clock.advance(5_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
  });
});

describe('a ready machine', () => {
  it('a machine that answered probes is reverted after 3 s of silence', async () => {
    await ready();
    await scene.clock.advance(10_000);
    scene.channel.guest = 'mute';
    scene.snapshot.onRevert = () => void (scene.channel.guest = 'answers');
    await scene.clock.advance(1_900);
    expect(scene.machine.generation).toBe(100);
    await scene.clock.advance(1_200);
    expect(scene.machine).toMatchObject({
      state: 'ready',
      generation: 101,
      revertCount: 1,
      lastFault: { reason: 'heartbeat-lost', generation: 100 },
    });
    expect(scene.snapshot.reverts).toBe(1);
  });

  it('a machine that only beats each 5 s is not reverted', async () => {
    scene = new Scene();
    await start({ mute: true });
    for (let beats = 0; beats < 50; beats += 1) {
      scene.channel.beat();
      await scene.clock.advance(5_000);
    }
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
    await scene.clock.advance(10_001);
    expect(scene.machine.generation).toBe(101);
  });

  it('a machine is reverted once for a fault and a lost heartbeat of one generation', async () => {
    await ready();
    scene.channel.guest = 'mute';
    await scene.clock.advance(10_000);
    expect(scene.fault(100)).toBe('start');
    expect(scene.fault(100)).toBe('handled');
    await scene.clock.advance(10_000);
    scene.channel.guest = 'answers';
    await scene.clock.advance(60_000);
    expect(scene.fault(100)).toBe('handled');
    expect(scene.fault(102)).toBe('refused');
    expect(scene.snapshot.reverts).toBe(1);
    expect(scene.states).toEqual([
      'unknown 100',
      'ready 100',
      'reverting 101',
      'starting 101',
      'ready 101',
    ]);
  });

  it('a machine whose QEMU died is reverted as soon as the channel closes', async () => {
    await ready();
    scene.snapshot.domain = 'shut-off';
    scene.snapshot.onRevert = () => void (scene.channel.guest = 'answers');
    scene.channel.guest = 'refuses';
    await scene.clock.advance(0);
    expect(scene.machine).toMatchObject({
      generation: 101,
      lastFault: { reason: 'machine-gone', detail: 'The domain vm is shut off.' },
    });
  });

  it('a machine whose QEMU died is reverted even if libvirt notices it later than the channel', async () => {
    await ready();
    scene.channel.guest = 'refuses';
    await scene.clock.advance(150);
    expect(scene.machine.generation).toBe(100);
    scene.snapshot.domain = 'shut-off';
    await scene.clock.advance(500);
    expect(scene.machine).toMatchObject({
      generation: 101,
      lastFault: { reason: 'machine-gone' },
    });
  });

  it('a machine whose channel breaks and comes back in time is not reverted', async () => {
    await ready();
    scene.channel.guest = 'refuses';
    await scene.clock.advance(2_000);
    scene.channel.guest = 'answers';
    await scene.clock.advance(60_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
    const looks = scene.snapshot.looks;
    await scene.clock.advance(60_000);
    expect(scene.snapshot.looks).toBe(looks);
  });

  it('a machine is not reverted for the time in which the Watchdog itself stood still', async () => {
    await ready();
    await scene.clock.advance(10_000);
    await scene.clock.stall(120_000);
    await scene.clock.advance(10_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
  });
});

describe('a revert', () => {
  it('a revert runs with the heartbeat channel closed, and no beat of the old run counts', async () => {
    await ready();
    const connects = scene.channel.connects;
    scene.snapshot.onRevert = () => {
      expect(scene.channel.isOpen).toBe(false);
      scene.channel.beat();
    };
    scene.fault();
    expect(scene.channel.isOpen).toBe(false);
    await scene.clock.advance(0);
    expect(scene.channel.connects).toBe(connects + 1);
    expect(scene.machine.state).toBe('ready');
  });

  it('a revert that fails is tried again after 1, 2, 4 and 8 s, and after five the machine is OFFLINE', async () => {
    await ready();
    const times: number[] = [];
    const startMs = scene.clock.nowMs();
    scene.snapshot.onRevert = () => {
      times.push(scene.clock.nowMs() - startMs);
      return Promise.reject(new Error('no snapshot "1"'));
    };
    scene.fault();
    await scene.clock.advance(20_000);
    expect(times).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
    expect(scene.machine).toMatchObject({ state: 'offline', generation: 101 });
  });

  it('reverts for a fault right after each READY start at once five times, then back off', async () => {
    await ready();
    const times: number[] = [];
    scene.snapshot.onRevert = () => void times.push(scene.clock.nowMs());
    for (let faults = 1; faults <= 8; faults += 1) {
      const startMs = scene.clock.nowMs();
      scene.fault(scene.machine.generation, { isOfExecution: false });
      await scene.clock.advance(faults <= 5 ? 0 : 1000 * 2 ** (faults - 6));
      expect(scene.machine.state).toBe('ready');
      expect(times).toHaveLength(faults);
      expect((times.at(-1) ?? 0) - startMs).toBe(faults <= 5 ? 0 : 1000 * 2 ** (faults - 6));
    }
  });

  it('a revert for a fault during an execution starts at once, however often and early it comes', async () => {
    await ready();
    for (let faults = 1; faults <= 10; faults += 1) {
      scene.fault();
      await scene.clock.advance(0);
      expect(scene.machine.state).toBe('ready');
    }
    expect(scene.snapshot.reverts).toBe(10);
  });

  it('a revert without a heartbeat within 60 s counts as failed', async () => {
    await ready();
    scene.channel.guest = 'mute';
    scene.fault();
    await scene.clock.advance(59_999);
    expect(scene.machine).toMatchObject({ state: 'starting', generation: 101 });
    await scene.clock.advance(2);
    expect(scene.machine).toMatchObject({ state: 'reverting', generation: 102 });
    await scene.clock.advance(262_000);
    expect(scene.snapshot.reverts).toBe(5);
    expect(scene.machine).toMatchObject({ state: 'offline', revertCount: 0 });
  });

  it('a stop waits for the revert under way and leaves the channel closed', async () => {
    await ready();
    const revert = gate();
    scene.snapshot.onRevert = () => revert.passed;
    scene.fault();
    await scene.clock.advance(0);
    let isStopped = false;
    const stopped = scene.recovery.stop(20_000).then(() => {
      isStopped = true;
    });
    await scene.clock.advance(5_000);
    expect(isStopped).toBe(false);
    revert.open();
    await stopped;
    expect(scene.channel.isOpen).toBe(false);
  });
});

describe('a machine that was given up', () => {
  async function giveUp(): Promise<void> {
    await ready();
    scene.snapshot.onRevert = () => Promise.reject(new Error('no snapshot "1"'));
    scene.channel.guest = 'mute';
    scene.fault();
    await scene.clock.advance(16_000);
    expect(scene.machine).toMatchObject({
      state: 'offline',
      stateDetail: '5 reverts in a row failed. The last one: no snapshot "1"',
    });
  }

  it('an OFFLINE machine is READY in a new generation when it beats after a restart of its QEMU', async () => {
    await giveUp();
    const { generation } = scene.machine;
    scene.channel.guest = 'refuses';
    scene.channel.guest = 'answers';
    scene.channel.beat();
    expect(scene.machine).toMatchObject({ state: 'ready', generation: generation + 1 });
  });

  it('an OFFLINE machine stays OFFLINE while the run with the fault still beats', async () => {
    await giveUp();
    scene.channel.guest = 'answers';
    scene.channel.beat();
    await scene.clock.advance(20_000);
    expect(scene.machine.state).toBe('offline');
  });

  it('an OFFLINE machine is READY when the first beat after a good revert comes late', async () => {
    await ready();
    scene.channel.guest = 'mute';
    scene.fault();
    await scene.clock.advance(320_000);
    expect(scene.machine).toMatchObject({ state: 'offline', revertCount: 0 });
    scene.channel.beat();
    expect(scene.machine.state).toBe('ready');
  });

  it('an OFFLINE machine is reverted once more now and then until it beats', async () => {
    await giveUp();
    await scene.clock.advance(60_000);
    expect(scene.snapshot.reverts).toBe(7);
    scene.snapshot.onRevert = () => void (scene.channel.guest = 'answers');
    await scene.clock.advance(60_000);
    expect(scene.machine).toMatchObject({ state: 'ready', revertCount: 1 });
  });
});

describe('an operator', () => {
  const forever = new AbortController().signal;

  it('an operator gets the machine when it beats again', async () => {
    await ready();
    const machine = await scene.recovery.revert(forever);
    expect(machine).toMatchObject({
      state: 'ready',
      generation: 101,
      lastFault: { reason: 'operator' },
    });
  });

  it('an operator joins the revert under way', async () => {
    await ready();
    const revert = gate();
    scene.snapshot.onRevert = () => revert.passed;
    scene.fault();
    const reverted = scene.recovery.revert(forever);
    revert.open();
    expect(await reverted).toMatchObject({ generation: 101, lastFault: { reason: 'timed-out' } });
    expect(scene.snapshot.reverts).toBe(1);
  });

  it('an operator gets the reason why the reverts failed', async () => {
    await ready();
    scene.snapshot.onRevert = () => Promise.reject(new Error('no snapshot "1"'));
    const reverted = expect(scene.recovery.revert(forever)).rejects.toThrow(
      new RevertFailedError('5 reverts in a row failed. The last one: no snapshot "1"'),
    );
    await scene.clock.advance(15_000);
    await reverted;
  });

  it('an operator gets an error if reverts are disabled', async () => {
    await ready({ noRevert: true });
    await expect(scene.recovery.revert(forever)).rejects.toThrow(RevertDisabledError);
    expect(scene.machine.state).toBe('ready');
  });

  it('a revert goes on when the operator who asked for it goes away', async () => {
    await ready();
    const revert = gate();
    scene.snapshot.onRevert = () => revert.passed;
    const leave = new AbortController();
    const reverted = expect(scene.recovery.revert(leave.signal)).rejects.toThrow(
      RevertUnfinishedError,
    );
    leave.abort();
    await reverted;
    revert.open();
    await scene.clock.advance(0);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
  });
});

describe('where reverts are disabled', () => {
  it('with reverts disabled, a silent machine is OFFLINE, and READY in a new generation when it beats', async () => {
    await ready({ noRevert: true });
    await scene.clock.advance(10_000);
    scene.channel.guest = 'mute';
    await scene.clock.advance(4_000);
    expect(scene.machine).toMatchObject({ state: 'offline', generation: 100 });
    expect(scene.machine.stateDetail).toContain('PBOTVM_NOREVERT is set: it is not reverted.');
    await scene.clock.advance(600_000);
    expect(scene.machine.state).toBe('offline');
    scene.channel.beat();
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
    expect(scene.snapshot).toMatchObject({ reverts: 0, starts: 0 });
  });

  it('with reverts disabled, a reported fault changes nothing', async () => {
    await ready({ noRevert: true });
    expect(scene.fault()).toBe('ignored');
    await scene.clock.advance(60_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
    expect(scene.snapshot.reverts).toBe(0);
  });

  it('with reverts disabled, a domain that is shut off is OFFLINE with advice, and READY once started', async () => {
    scene = new Scene({ noRevert: true });
    scene.snapshot.domain = 'shut-off';
    await start({ mute: true });
    expect(scene.machine).toMatchObject({
      state: 'offline',
      stateDetail:
        'The domain vm is shut off, and PBOTVM_NOREVERT is set: start it with "virsh start vm" or "pbot-vm up".',
    });
    scene.snapshot.domain = 'running';
    await scene.clock.advance(5_000);
    expect(scene.machine).toMatchObject({ state: 'starting', generation: 101 });
    scene.channel.beat();
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
    expect(scene.snapshot.starts).toBe(0);
  });
});

async function start(options: { mute: boolean }): Promise<void> {
  if (options.mute) scene.channel.guest = 'mute';
  await scene.start();
}

async function ready(options: { noRevert?: boolean } = {}): Promise<void> {
  scene = new Scene(options);
  await scene.start();
  expect(scene.machine.state).toBe('ready');
}

describe('the load of a machine', () => {
  it('the load of a READY machine is published as a share of one processor', async () => {
    await ready();
    scene.snapshot.processorMs = 10_000;
    await scene.clock.advance(5_000);
    expect(scene.machine.load).toBeUndefined();
    scene.snapshot.processorMs = 17_500;
    await scene.clock.advance(5_000);
    expect(scene.machine.load?.share).toBeCloseTo(1.5);
  });

  it('the load is not measured while the Snapshot service is away, and is never negative after a restart of QEMU', async () => {
    await ready();
    scene.snapshot.processorMs = 10_000;
    await scene.clock.advance(5_000);
    scene.snapshot.processorMs = 100;
    await scene.clock.advance(5_000);
    expect(scene.machine.load?.share).toBe(0);
    const last = scene.machine.load;
    scene.snapshot.isReachable = false;
    await scene.clock.advance(20_000);
    expect(scene.machine).toMatchObject({ state: 'ready', load: last });
  });
});
