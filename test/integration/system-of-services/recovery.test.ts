import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Limit } from '../../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason, MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import type { RpcError } from '../../../services/lib/rpc/error.js';
import { sendLine } from '../../support/line-client.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

/** The machine is not real (see `TestMachine`): these tests are of the services, not of libvirt and QEMU. */

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_TIMEOUT: '2' });
  await system.startAll();
});

afterAll(() => system.stop());

afterEach(async () => {
  // Whatever has happened, the next one never notices.
  await system.serving();
  expect(outputOf(await system.run('echo next'))).toBe('next\n');
});

const isReady = (generation: number) => (machine: { state: MachineState; generation: number }) =>
  machine.state === MachineState.READY && machine.generation === generation;

/** A program that tells when it runs and then never ends by itself. */
async function startEndless(): Promise<{ error: Promise<RpcError> }> {
  const error = system.errorOf('echo begun; sleep 60');
  await waitFor('the start of the program', async () => (await system.running()) === 1);
  return { error };
}

/** After three probes that were answered the Watchdog allows 3 s of silence rather than 15. */
async function letWatchdogKnowTheGuest(): Promise<void> {
  await system.run('sleep 1.2');
}

describe('a program that passes its time limit', () => {
  test('a program that passes its time limit gives its partial output, and the machine is reverted once', async () => {
    const { generation, revertCount } = await system.watched('a machine', () => true);
    const reverts = system.machine.reverts;
    const guest = system.machine.guestPid;

    const result = await system.run('echo part; sleep 60');

    expect(result.run?.limit).toBe(Limit.WALL_TIME);
    expect(outputOf(result)).toBe('part\n');
    expect(result.generation).toBe(generation);
    const machine = await system.watched('the next generation', isReady(generation + 1));
    expect(machine.revertCount).toBe(revertCount + 1);
    expect(machine.lastFault).toMatchObject({ reason: FaultReason.TIMED_OUT, generation });
    await system.serving();
    expect((await system.run('echo')).generation).toBe(generation + 1);
    expect(system.machine.reverts).toBe(reverts + 1);
    expect(system.machine.guestPid).not.toBe(guest);
  });

  test('a program that passes its time limit gives PBot its partial output, and whoever comes next waits for the revert', async () => {
    const answer = sendLine(system.ports.executor, '-lang=sh echo part; sleep 60');
    expect(await answer).toBe('[Timed-out]\npart\n');
    expect(await sendLine(system.ports.executor, '-lang=sh echo x')).toBe('x\n');
  });

  test('a program that passes its time limit does not cost the one that waited for its slot: that runs after the revert', async () => {
    const { generation } = await system.watched('a machine', () => true);
    const first = system.run('sleep 60');
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    const second = await system.run('echo second');
    expect((await first).run?.limit).toBe(Limit.WALL_TIME);
    expect(outputOf(second)).toBe('second\n');
    expect(second.generation).toBe(generation + 1);
  });

  test('a program that passes its time limit makes a request fail that does not wait for the revert, and that was not started', async () => {
    expect((await system.run('sleep 60')).run?.limit).toBe(Limit.WALL_TIME);
    const error = await system.errorOf('echo x', { maxWait: { seconds: 0n, nanos: 0 } });
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.reason).toBe('MACHINE_NOT_READY');
    expect(error.metadata['execution']).toBe('NOT_STARTED');
    expect(error.retryDelayMs).toBeGreaterThan(0);
  });
});

describe('a machine', () => {
  test('a machine that stands still is reverted', async () => {
    const { generation } = await system.watched('a machine', () => true);
    await letWatchdogKnowTheGuest();
    system.machine.freeze();
    const machine = await system.watched('the next generation', isReady(generation + 1));
    expect(machine.lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
  });

  test('a machine whose guest server dies under a program is reverted, and the outcome is unknown', async () => {
    const { generation } = await system.watched('a machine', () => true);
    await letWatchdogKnowTheGuest();
    const endless = await startEndless();
    await system.machine.killGuest();
    const error = await endless.error;
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.reason).toBe('MACHINE_LOST');
    expect(error.metadata).toEqual({ execution: 'OUTCOME_UNKNOWN', machine: 'pbot-vm' });
    await system.watched('the next generation', isReady(generation + 1));
  });

  test('a machine whose QEMU dies under a program is reverted at once', async () => {
    const { generation } = await system.watched('a machine', () => true);
    const endless = await startEndless();
    await system.machine.powerOff();
    expect((await endless.error).metadata['execution']).toBe('OUTCOME_UNKNOWN');
    const machine = await system.watched('the next generation', isReady(generation + 1));
    expect(machine.lastFault?.reason).toBe(FaultReason.MACHINE_GONE);
  });

  // Nothing escapes its execution in a real guest, as far as is known: libvirt's figures are made up here.
  test('a machine that uses its processor while it runs nothing is reverted, and says so', async () => {
    const { generation } = await system.watched('a machine', () => true);
    system.machine.virsh.setProcessorBusy(true);
    const machine = await system.watched('the next generation', isReady(generation + 1), 40_000);
    system.machine.virsh.setProcessorBusy(false);
    expect(machine.lastFault?.reason).toBe(FaultReason.BUSY_WHILE_IDLE);
    expect(machine.lastFault?.detail).toMatch(/^It runs nothing, and uses \d+ % of a processor\.$/);
  });

  describe('a machine that is off', () => {
    test('a machine that is off when the Watchdog starts is started through its snapshot', async () => {
      expect(await changesOfStart()).toEqual([
        'destroy --domain=pbot-vm',
        'start --domain=pbot-vm --paused',
        'qemu-monitor-command --domain=pbot-vm --hmp loadvm 1',
        'qemu-monitor-command --domain=pbot-vm {"execute":"query-status"}',
      ]);
    });

    test('a machine that is off when the Watchdog starts is booted where it has no snapshot', async () => {
      system.machine.virsh.removeSnapshot('1');
      expect(await changesOfStart()).toEqual(['start --domain=pbot-vm']);
      const isStuck = ({ revertObstacle }: { revertObstacle: string }) => revertObstacle !== '';
      await system.watched('a machine without a snapshot', isStuck);
      system.machine.virsh.addSnapshot('1');
      await system.watched('a machine with one', (machine) => !isStuck(machine));
    });
  });

  test('a machine of a libvirt that does not answer says so, and is reverted when it does', async () => {
    const { generation } = await system.watched('a machine', () => true);
    system.machine.virsh.breakWith('error: failed to connect to the hypervisor\n');
    expect(outputOf(await system.run('echo without libvirt'))).toBe('without libvirt\n');
    await system.run('sleep 60');
    const failing = await system.watched('a failed revert', ({ stateDetail }) => {
      return stateDetail.startsWith('A revert failed: ');
    });
    expect(failing.stateDetail).toMatch(/Start libvirtd, or set PBOTVM_LIBVIRT_URI: test:/);
    system.machine.virsh.repair();
    await system.watched('the next generation', isReady(generation + 1));
  });

  test('a machine that libvirt does not know is offline, with what to do', async () => {
    const environment = { PBOTVM_DOMAIN: 'no-such-vm' };
    await system.machine.killGuest();
    await system.restart('executor', { environment });
    await system.restart('snapshot', { environment });
    await system.restart('watchdog', { environment });
    const machine = await system.watched(
      'the verdict',
      ({ state }) => state === MachineState.OFFLINE,
    );
    expect(machine.stateDetail).toBe(
      'libvirt has no domain "no-such-vm": make it with "pbot-vm up", ' +
        'or name the right one in PBOTVM_DOMAIN.',
    );
    const error = await waitFor('a error that knows', async () => {
      const error = await system.errorOf('echo x');
      return error.message.includes('offline') && error;
    });
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.reason).toBe('MACHINE_NOT_READY');
    expect(error.message).toBe('No machine is ready: no-such-vm is offline.');

    await system.machine.powerOn();
    await system.restart('snapshot');
    await system.restart('watchdog');
    await system.restart('executor');
  });
});

/** What virsh is told to change when the Watchdog starts and the domain is off. */
async function changesOfStart(): Promise<string[]> {
  await system.service('watchdog').stop();
  await system.machine.powerOff();
  const before = system.machine.virsh.calls().length;
  system.start('watchdog');
  await system.serving();
  const calls = system.machine.virsh.calls().slice(before);
  return calls.filter((call) => /^(start|destroy|snapshot-revert|qemu)/.test(call));
}

describe('single-use machines', () => {
  beforeAll(async () => {
    await system.restart('watchdog', { environment: { PBOTVM_REVERT: 'always' } });
    await system.restart('executor', { environment: { PBOTVM_REVERT: 'always' } });
    await system.serving();
  });

  afterAll(async () => {
    await system.restart('snapshot');
    await system.restart('watchdog');
    await system.restart('executor');
    await system.serving();
  });

  test('with PBOTVM_REVERT=always each execution has a generation of its own, and waits for it', async () => {
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((word) => system.run(`echo ${word}`)),
    );
    expect(results.map(outputOf)).toEqual(['a\n', 'b\n', 'c\n', 'd\n']);
    expect(new Set(results.map(({ generation }) => generation)).size).toBe(4);
    const machine = await system.watched('a machine', () => true);
    expect(machine.lastFault).toBeUndefined();
  });

  test('with PBOTVM_REVERT=always a machine that somebody may have used before is not given to anybody', async () => {
    const { generation } = await system.run('echo first');
    await system.restart('executor', { environment: { PBOTVM_REVERT: 'always' } });
    await system.serving();
    expect((await system.run('echo second')).generation).not.toBe(generation);
  });
});

describe('disabled reverts', () => {
  beforeAll(async () => {
    await system.restart('watchdog', { environment: { PBOTVM_NOREVERT: '1' } });
    await system.serving();
  });

  test('with PBOTVM_NOREVERT a program that passes its limit reverts nothing, and the machine goes on', async () => {
    const reverts = system.machine.reverts;
    const guest = system.machine.guestPid;
    const { generation } = await system.watched('a machine', () => true);
    expect((await system.run('sleep 60')).run?.limit).toBe(Limit.WALL_TIME);
    await system.serving();
    expect((await system.run('echo')).generation).toBe(generation);
    expect(system.machine.guestPid).toBe(guest);
    expect(system.machine.reverts).toBe(reverts);
    const machine = await system.watched('the fault', ({ lastFault }) => lastFault !== undefined);
    expect(machine.lastFault?.reason).toBe(FaultReason.TIMED_OUT);
  });

  test('with PBOTVM_NOREVERT a domain that is off stays off, and comes back when somebody starts it', async () => {
    await system.machine.powerOff();
    const machine = await system.watched(
      'the verdict',
      ({ state }) => state === MachineState.OFFLINE,
    );
    expect(machine.stateDetail).toContain('start it with "virsh start pbot-vm"');
    await system.machine.powerOn();
    await system.watched('its return', isReady(machine.generation + 1));
  });
});
