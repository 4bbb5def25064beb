import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Limit } from '../../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason, MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create(
    { PBOTVM_TIMEOUT: '60', PBOTVM_LOG_LEVEL: 'debug' },
    { capacity: 2 },
  );
  await system.startAll();
});

afterAll(() => system.stop());

const noWait = { maxWait: { seconds: 0n, nanos: 0 } };
const absence = () => `the Watchdog at 127.0.0.1:${system.ports.watchdog} does not answer`;

async function killWatchdog(): Promise<void> {
  const before = timesSaid();
  await system.service('watchdog').stop('SIGKILL');
  await waitFor('the Executor to notice', () => timesSaid() > before);
}

/** How often the Executor has logged that the Watchdog is away. */
const timesSaid = () => timesLogged(`${absence()}: machines work on`);

function timesLogged(text: string): number {
  return system.service('executor').output().split(text).length - 1;
}

/** A machine serves without its Watchdog: the Executor must have noticed that it is back, to notice that it goes. */
async function revive(): Promise<void> {
  await system.revive();
  await waitFor(
    'the Executor to hear of the Watchdog',
    () => timesLogged('the Watchdog answers again') === timesSaid(),
  );
}

describe('while the Watchdog is away', () => {
  beforeEach(revive);

  test('while the Watchdog is away programs run as before, and the log says so once', async () => {
    const before = timesSaid();
    await killWatchdog();
    for (const word of ['one', 'two', 'three']) {
      expect(outputOf(await system.run(`echo ${word}`, noWait))).toBe(`${word}\n`);
    }
    expect(timesSaid()).toBe(before + 1);
  });

  test('a program that runs while the Watchdog is away and comes back goes on, and others start meanwhile', async () => {
    const first = system.run('read line <&-; sleep 4; echo end');
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    await killWatchdog();
    system.start('watchdog');
    const machine = await system.watched('a machine that beats', ({ state }) => {
      return state === MachineState.READY;
    });
    const second = await waitFor('the new generation', async () => {
      const result = await system.run('echo second', noWait);
      return result.generation === machine.generation && result;
    });
    expect(outputOf(second)).toBe('second\n');
    expect(outputOf(await first)).toBe('end\n');
  });

  test('a machine that needs a revert while the Watchdog is away takes no new work, and is reverted when there is another', async () => {
    const { generation } = await system.watched('a machine', () => true);
    const reverts = system.machine.reverts;
    await killWatchdog();
    const limit = { timeLimit: { seconds: 0n, nanos: 300_000_000 } };
    expect((await system.run('sleep 60', limit)).run?.limit).toBe(Limit.WALL_TIME);
    const error = await system.errorOf('true', noWait);
    expect(error.reason).toBe('MACHINE_NOT_READY');
    expect(error.message).toBe(
      `No machine is ready: pbot-vm needs a revert, and no revert is possible: ${absence()}.`,
    );
    expect(error.metadata['execution']).toBe('NOT_STARTED');

    system.start('watchdog');
    const machine = await system.watched('a revert', ({ revertCount }) => revertCount === 1);
    expect(machine.lastFault?.reason).toBe(FaultReason.TIMED_OUT);
    expect(machine.generation).toBeGreaterThan(generation);
    expect(system.machine.reverts).toBe(reverts + 1);
    await system.serving();
  });

  test('an Executor that starts while the Watchdog is away says what it waits for', async () => {
    await system.service('watchdog').stop('SIGKILL');
    await system.restart('executor');
    const error = await waitFor('an Executor that listens', async () => {
      const each = await system.errorOf('true', noWait);
      return each.reason === 'MACHINE_NOT_READY' && each;
    });
    expect(error.message).toBe(`No machine is ready: nothing is known of pbot-vm: ${absence()}.`);
  });
});

describe('a Snapshot service that was restarted', () => {
  beforeEach(revive);

  test('a Snapshot service that was restarted reverts a machine at the first attempt, however long it was away', async () => {
    await system.service('snapshot').stop('SIGKILL');
    const away = `The Snapshot service at 127.0.0.1:${system.ports.snapshot} can't be reached`;
    const watchdog = system.service('watchdog');
    // It looks at the load of the machine each 5 s.
    await waitFor('its channel to back off', () => watchdog.output().includes(away), 25_000);
    const snapshot = system.start('snapshot');
    await waitFor('the Snapshot service', () => snapshot.output().includes('"listening"'), 60_000);
    await system.watchdog.revertMachine({ machine: 'pbot-vm' }, { timeoutMs: 20_000 });
    expect(watchdog.output()).not.toContain(`A revert failed: ${away}`);
    await system.serving();
  });
});
