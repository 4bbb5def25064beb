import { afterEach, describe, expect, it } from 'vitest';
import { Scene } from './fakes.js';

const obstacle = 'has no snapshot: virsh snapshot-create-as vm 1';

let scene: Scene;

afterEach(() => scene.stop());

async function ready(options: { noRevert?: boolean } = {}): Promise<void> {
  scene = new Scene(options);
  scene.snapshot.obstacle = obstacle;
  await scene.start();
  await scene.clock.advance(100);
  expect(scene.machine.state).toBe('ready');
}

describe('the driver of a machine without a snapshot', () => {
  it('the driver publishes soon after the start what keeps the machine from being reverted', async () => {
    await ready();
    expect(scene.machine.revertObstacle).toBe(obstacle);
  });

  it('the driver asks for no snapshot where reverts are disabled', async () => {
    await ready({ noRevert: true });
    expect(scene.machine.revertObstacle).toBeUndefined();
  });

  it('a report of a time-out is ignored, and the machine stays as it is', async () => {
    await ready();
    expect(scene.fault()).toBe('ignored');
    await scene.clock.advance(1000);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 100 });
    expect(scene.snapshot.reverts).toBe(0);
  });

  it('a report of a time-out starts a revert when the machine has got a snapshot', async () => {
    await ready();
    scene.snapshot.obstacle = undefined;
    await scene.clock.advance(5000);
    expect(scene.machine.revertObstacle).toBeUndefined();
    expect(scene.fault()).toBe('start');
    await scene.clock.advance(100);
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101, revertCount: 1 });
  });

  it('an operator’s revert fails with the command, and the machine goes on', async () => {
    await ready();
    const revert = scene.recovery.revert(new AbortController().signal);
    const failure = expect(revert).rejects.toThrow(`Machine vm ${obstacle}`);
    await scene.clock.advance(1000);
    await failure;
    expect(scene.machine).toMatchObject({ state: 'ready', generation: 101, revertCount: 0 });
  });
});
