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
  it('a machine that beats is ready at once, though the Snapshot service is away', async () => {
    scene = new Scene();
    scene.snapshot.isReachable = false;
    await scene.start();
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100, revertCount: 0 });
    expect(scene.snapshot.reverts).toBe(0);
  });

  it('a silent machine is unknown while the Snapshot service is away, and reverted later', async () => {
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

  it('a domain that is shut off is started through its snapshot', async () => {
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

  it('a start that fails leaves the machine offline with the reason, and is tried again', async () => {
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

  it('a domain that libvirt does not know is offline with the way out, and found when it is made', async () => {
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

describe('a machine that was made anew', () => {
  it('has its snapshot saved before it gets work', async () => {
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

  it('works without a snapshot where none can be saved', async () => {
    await ready();
    scene.snapshot.rebuilds = true;
    scene.snapshot.onCreate = () => Promise.reject(new Error('The disk is full.'));
    scene.fault();
    await scene.clock.advance(5_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101 });
  });
});

describe('a ready machine', () => {
  it('that goes silent is reverted after 3 s where it answered probes before', async () => {
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

  it('that only beats each 5 s is left in peace', async () => {
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

  it('is reverted once for a fault and a lost heartbeat of one generation', async () => {
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

  it('whose QEMU died is reverted as soon as the channel closes', async () => {
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

  it('whose QEMU died is reverted though libvirt notices it later than the channel', async () => {
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

  it('whose channel breaks and comes back in time is left in peace', async () => {
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

  it('is not blamed for the time in which the Watchdog itself stood still', async () => {
    await ready();
    await scene.clock.advance(10_000);
    await scene.clock.stall(120_000);
    await scene.clock.advance(10_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
  });
});

describe('a revert', () => {
  it('runs with the heartbeat channel closed, and takes no beat of the old run for a new one', async () => {
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

  it('that fails is tried again after 1, 2, 4 and 8 s, and after five the machine is offline', async () => {
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

  it('for a fault right after each revert begins at once five times, and then later and later', async () => {
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

  it('for a fault of a program begins at once, however often and early', async () => {
    await ready();
    for (let faults = 1; faults <= 10; faults += 1) {
      scene.fault();
      await scene.clock.advance(0);
      expect(scene.machine.state).toBe('ready');
    }
    expect(scene.snapshot.reverts).toBe(10);
  });

  it('that brings no heartbeat within 60 s counts as failed', async () => {
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

  it('is waited for at a stop, and the machine is not touched afterwards', async () => {
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

  it('is ready in a new generation when it beats after its QEMU was restarted', async () => {
    await giveUp();
    const { generation } = scene.machine;
    scene.channel.guest = 'refuses';
    scene.channel.guest = 'answers';
    scene.channel.beat();
    expect(scene.machine).toMatchObject({ state: 'ready', generation: generation + 1 });
  });

  it('gets no work because the run with the fault beats on', async () => {
    await giveUp();
    scene.channel.guest = 'answers';
    scene.channel.beat();
    await scene.clock.advance(20_000);
    expect(scene.machine.state).toBe('offline');
  });

  it('is ready when the first beat after a good revert comes far too late', async () => {
    await ready();
    scene.channel.guest = 'mute';
    scene.fault();
    await scene.clock.advance(320_000);
    expect(scene.machine).toMatchObject({ state: 'offline', revertCount: 0 });
    scene.channel.beat();
    expect(scene.machine.state).toBe('ready');
  });

  it('is tried again after a while, once at a time', async () => {
    await giveUp();
    await scene.clock.advance(60_000);
    expect(scene.snapshot.reverts).toBe(6);
    scene.snapshot.onRevert = () => void (scene.channel.guest = 'answers');
    await scene.clock.advance(60_000);
    expect(scene.machine).toMatchObject({ state: 'ready', revertCount: 1 });
  });
});

describe('an operator', () => {
  const forever = new AbortController().signal;

  it('gets the machine when it beats again', async () => {
    await ready();
    const machine = await scene.recovery.revert(forever);
    expect(machine).toMatchObject({
      state: 'ready',
      generation: 101,
      lastFault: { reason: 'operator' },
    });
  });

  it('joins the revert under way', async () => {
    await ready();
    const revert = gate();
    scene.snapshot.onRevert = () => revert.passed;
    scene.fault();
    const reverted = scene.recovery.revert(forever);
    revert.open();
    expect(await reverted).toMatchObject({ generation: 101, lastFault: { reason: 'timed-out' } });
    expect(scene.snapshot.reverts).toBe(1);
  });

  it('is told why the reverts failed', async () => {
    await ready();
    scene.snapshot.onRevert = () => Promise.reject(new Error('no snapshot "1"'));
    const reverted = expect(scene.recovery.revert(forever)).rejects.toThrow(
      new RevertFailedError('5 reverts in a row failed. The last one: no snapshot "1"'),
    );
    await scene.clock.advance(15_000);
    await reverted;
  });

  it('is refused where reverts are disabled', async () => {
    await ready({ noRevert: true });
    await expect(scene.recovery.revert(forever)).rejects.toThrow(RevertDisabledError);
    expect(scene.machine.state).toBe('ready');
  });

  it('who goes away stops the waiting, not the revert', async () => {
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
  it('a silent machine goes offline, and is ready in a new generation when it beats again', async () => {
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

  it('a reported fault changes nothing', async () => {
    await ready({ noRevert: true });
    expect(scene.fault()).toBe('ignored');
    await scene.clock.advance(60_000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
    expect(scene.snapshot.reverts).toBe(0);
  });

  it('a domain that is shut off is offline with the way out, and ready once it was started', async () => {
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
  it('is told for as long as it is ready, as a share of one processor', async () => {
    await ready();
    scene.snapshot.processorMs = 10_000;
    await scene.clock.advance(5_000);
    expect(scene.machine.load).toBeUndefined();
    scene.snapshot.processorMs = 17_500;
    await scene.clock.advance(5_000);
    expect(scene.machine.load?.share).toBeCloseTo(1.5);
  });

  it('is not known where the Snapshot service is away, and none of a QEMU that was started anew is negative', async () => {
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
