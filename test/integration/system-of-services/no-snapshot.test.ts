import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Limit } from '../../../services/gen/pbot/vm/v1/executor.js';
import { type Machine, MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { sendLine } from '../../support/line-client.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const command = 'virsh -c test:///default snapshot-create-as pbot-vm 1';
const obstacle = `has no snapshot: ${command}`;

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_TIMEOUT: '1' });
  await system.startAll();
});

afterAll(() => system.stop());

const isReady = ({ state }: Machine) => state === MachineState.READY;
const isStuck = ({ revertObstacle }: Machine) => revertObstacle === obstacle;

async function timeOut(): Promise<number> {
  const { run, generation } = await system.run('sleep 60');
  expect(run?.limit).toBe(Limit.WALL_TIME);
  return generation;
}

describe('a machine without a snapshot', () => {
  beforeEach(async () => {
    system.machine.virsh.removeSnapshot('1');
    system.machine.virsh.addSnapshot('1');
    await system.watched('a machine that can be reverted', (machine) => !isStuck(machine));
    await system.serving();
    system.machine.virsh.removeSnapshot('1');
  });

  test('the start of the Watchdog warns of a machine without a snapshot, and says the command that makes one', async () => {
    await system.restart('watchdog');
    const watchdog = system.service('watchdog');
    const warning = `"the machine ${obstacle}"`;
    await waitFor('a warning', () => watchdog.output().includes(warning));
    expect(watchdog.output().split(warning)).toHaveLength(2);
  });

  test('a machine that lost its snapshot works on after a time-out, and is reverted after the next one when it has a snapshot again', async () => {
    const reverts = system.machine.reverts;
    const generation = await timeOut();
    const stuck = await system.watched('a machine that works on', (machine) => {
      return isReady(machine) && isStuck(machine);
    });
    expect(outputOf(await system.run('echo next'))).toBe('next\n');
    expect(stuck.revertCount).toBe(0);

    // It is known to have none now: nothing is interrupted.
    await timeOut();
    const { generation: same } = await system.run('echo next');
    expect(same).toBe(stuck.generation);
    expect(same).not.toBe(generation);
    expect(system.machine.reverts).toBe(reverts);

    system.machine.virsh.addSnapshot('1');
    await system.watched('a machine that can be reverted', (machine) => !isStuck(machine));
    await timeOut();
    const reverted = await system.watched('a revert', ({ revertCount }) => revertCount === 1);
    expect(reverted.generation).toBe(stuck.generation + 1);
  });

  test('an operator who asks for a revert of it learns the command, and the machine works on', async () => {
    const revert = system.watchdog.revertMachine({ machine: 'pbot-vm' }, { timeoutMs: 20_000 });
    const error = await revert.then(String, (each: unknown) => RpcError.from(each));
    expect(error).toMatchObject({
      reason: 'REVERT_FAILED',
      message: `Machine pbot-vm ${obstacle}`,
    });
    await system.serving();
  });

  test('a machine that can not be used is offline after one revert, tells each client the command, and recovers when it has a snapshot', async () => {
    // Three probes that are answered: the Watchdog allows 3 s of silence.
    await system.run('sleep 0.9');
    await system.run('sleep 0.9');
    await system.machine.killGuest();
    const machine = await system.watched('the verdict', ({ state }) => {
      return state === MachineState.OFFLINE;
    });
    expect(machine.stateDetail).toBe(`It ${obstacle}`);
    const message = `No machine is ready: pbot-vm ${obstacle}`;
    const error = await waitFor('an Executor that knows', async () => {
      const each = await system.errorOf('echo x');
      return each.message === message && each;
    });
    expect(error).toMatchObject({ code: status.UNAVAILABLE, reason: 'MACHINE_NOT_READY' });
    expect(error.metadata).toEqual({
      execution: 'NOT_STARTED',
      obstacle: `pbot-vm ${obstacle}`,
    });
    expect(await sendLine(system.ports.executor, '-lang=sh echo x')).toBe(`${message}\n`);

    system.machine.virsh.addSnapshot('1');
    await system.watched('its recovery', isReady);
    await system.serving();
  });
});
