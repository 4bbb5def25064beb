import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainState } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import {
  ReportFaultResponse_Action as Action,
  FaultReason,
  MachineState,
} from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { durationToMs } from '../../../services/lib/config/duration.js';
import { CleanupStack } from '../../../services/lib/process/cleanup.js';
import { FakeSnapshotService } from './fake-snapshot-service.js';
import { Guest } from './guest.js';
import { WatchdogProcess } from './watchdog-process.js';

/** After so many answers the Watchdog allows a guest 3 s of silence only, which keeps a test short. */
const probesToBeKnown = 4;

let cleanup: CleanupStack;
let guest: Guest;
let snapshot: FakeSnapshotService;
let folder: string;

beforeEach(async () => {
  cleanup = new CleanupStack();
  folder = await mkdtemp(join(tmpdir(), 'watchdog-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  guest = await Guest.listen();
  cleanup.defer(() => guest.close());
  snapshot = await FakeSnapshotService.listen();
  cleanup.defer(() => snapshot.close());
});

afterEach(() => cleanup.run());

describe('a Watchdog', () => {
  it('a machine is READY after its first beat, and is listed with all that is known of it', async () => {
    const watchdog = await start();
    await watchdog.ready();
    const machine = await watchdog.machine();
    expect(machine).toMatchObject({
      name: 'vm',
      domain: 'vm',
      state: MachineState.READY,
      stateDetail: 'It beats.',
      lastFault: undefined,
      revertCount: 0,
      lastRevertDuration: undefined,
      heartbeatAddress: `127.0.0.1:${guest.port}`,
    });
    expect(machine.stateTime?.getTime()).toBeGreaterThan(Date.now() - 20_000);
    expect(machine.heartbeatTime?.getTime()).toBeGreaterThanOrEqual(
      machine.stateTime?.getTime() ?? Infinity,
    );
  });

  it('a machine that goes silent is reverted once and is READY in the next generation', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    await guest.until(() => guest.probes >= probesToBeKnown);
    snapshot.onRevert = () => void (guest.answers = true);
    guest.answers = false;
    const machine = await watchdog.ready(generation + 1);
    expect(machine).toMatchObject({
      revertCount: 1,
      lastFault: { reason: FaultReason.HEARTBEAT_LOST, generation },
    });
    expect(snapshot.reverts).toEqual([{ domain: 'vm', snapshot: 'clean' }]);
  });

  it('a machine whose QEMU died is reverted without waiting for silence', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    snapshot.domain = DomainState.SHUT_OFF;
    guest.hangUp();
    const machine = await watchdog.ready(generation + 1);
    expect(machine.lastFault?.reason).toBe(FaultReason.MACHINE_GONE);
  });

  it('a domain that is off is started', async () => {
    snapshot.domain = DomainState.SHUT_OFF;
    guest.answers = false;
    snapshot.onStart = () => void (guest.answers = true);
    const watchdog = await start();
    await watchdog.ready();
    expect(snapshot.starts).toBe(1);
    expect(snapshot.reverts).toEqual([]);
  });

  it('many reports of one generation lead to one revert', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    const report = { generation, reason: FaultReason.TIMED_OUT };
    const reports = await Promise.all([1, 2, 3].map(() => watchdog.reportFault(report)));
    expect(reports.map(({ action }) => action).sort()).toEqual([
      Action.REVERT_STARTED,
      Action.ALREADY_HANDLED,
      Action.ALREADY_HANDLED,
    ]);
    const machine = await watchdog.ready(generation + 1);
    expect(machine.lastFault).toMatchObject({
      reason: FaultReason.TIMED_OUT,
      detail: 'a test says so',
      generation,
    });
    expect(durationToMs(machine.lastRevertDuration ?? { seconds: 0n, nanos: 0 })).toBeGreaterThan(
      0,
    );
    expect((await watchdog.reportFault(report)).action).toBe(Action.ALREADY_HANDLED);
    expect(snapshot.reverts).toHaveLength(1);
  });

  it('the heartbeat channel is reset before a revert and connected only after it', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    snapshot.onRevert = async () => {
      await guest.until(() => guest.connections === 0);
      expect(guest.ends).toEqual(['reset']);
      expect(guest.connects).toBe(1);
    };
    await watchdog.reportFault({ generation, reason: FaultReason.CHANNEL_CORRUPT });
    await watchdog.ready(generation + 1);
    expect(guest.connects).toBe(2);
  });

  it('a watcher gets all machines first, and then every change in order', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    const seen: string[] = [];
    const revert = new Promise<void>((resolve) => {
      snapshot.onRevert = () => {
        guest.answers = false;
        resolve();
      };
    });
    for await (const [machine] of watchdog.changes()) {
      if (machine === undefined) throw new Error('a change of nothing');
      const state = MachineState[machine.state];
      seen.push(`${state} ${machine.generation - generation}`);
      if (seen.length === 1) {
        await watchdog.reportFault({ generation, reason: FaultReason.GUEST_ERROR });
      }
      // The next probe, at most a second later, finds the guest awake.
      if (state === 'STARTING') await revert.then(() => void (guest.answers = true));
      if (seen.length > 1 && state === 'READY') break;
    }
    expect(seen).toEqual(['READY 0', 'REVERTING 1', 'STARTING 1', 'READY 1']);
  });

  it('a revert for an operator is answered when the machine beats again', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    const { machine } = await watchdog.revert();
    expect(machine).toMatchObject({
      state: MachineState.READY,
      generation: generation + 1,
      lastFault: { reason: FaultReason.OPERATOR },
    });
  });

  it('nothing is reverted if reverts are disabled', async () => {
    const watchdog = await start({ noRevert: true });
    const { generation } = await watchdog.ready();
    const report = await watchdog.reportFault({ generation, reason: FaultReason.TIMED_OUT });
    expect(report).toMatchObject({
      action: Action.IGNORED,
      machine: { state: MachineState.READY, generation },
    });
    await expect(watchdog.revert()).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'REVERT_DISABLED',
    });
    expect(snapshot.reverts).toEqual([]);
  });

  it('a bad request is answered with each violation', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    await expect(
      watchdog.reportFault({ generation: 0, reason: FaultReason.UNSPECIFIED, machine: '' }),
    ).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [{ field: 'machine' }, { field: 'generation' }, { field: 'reason' }],
    });
    await expect(watchdog.revert('other')).rejects.toMatchObject({
      code: status.NOT_FOUND,
      reason: 'MACHINE_NOT_FOUND',
      message: 'There is no machine "other"; there is vm.',
    });
    await expect(
      watchdog.reportFault({ generation: generation + 1, reason: FaultReason.TIMED_OUT }),
    ).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'GENERATION_UNKNOWN',
    });
  });
});

describe('a Watchdog that stops', () => {
  it('a Watchdog that gets SIGTERM ends its streams and exits with 0', async () => {
    const watchdog = await start();
    await watchdog.ready();
    const watched = drain(watchdog);
    await watched.first;
    watchdog.terminate();
    await watched.ended;
    expect(await watchdog.exit()).toBe(0);
    await guest.until(() => guest.connections === 0);
  });

  it('a Watchdog that stops waits for the revert under way', async () => {
    const watchdog = await start();
    const { generation } = await watchdog.ready();
    let finish = () => {};
    const isReverting = new Promise<void>((resolve) => {
      snapshot.onRevert = () => {
        resolve();
        return new Promise((finished) => {
          finish = finished;
        });
      };
    });
    await watchdog.reportFault({ generation, reason: FaultReason.TIMED_OUT });
    await isReverting;
    const watched = drain(watchdog);
    await watched.first;
    watchdog.terminate();
    // The end of the streams is the first thing that a stop does: from here on it waits for the revert alone.
    await watched.ended;
    let isOver = false;
    const exit = watchdog.exit().finally(() => {
      isOver = true;
    });
    expect(isOver).toBe(false);
    finish();
    expect(await exit).toBe(0);
    expect(guest.connects).toBe(1);
  });

  it('a Watchdog that starts after another reuses none of its generations', async () => {
    const first = await start();
    const { generation } = await first.ready();
    first.terminate();
    await first.exit();
    await nextSecond(generation);
    const second = await start();
    expect((await second.ready()).generation).toBeGreaterThan(generation);
  });
});

async function start(options: { noRevert?: boolean } = {}): Promise<WatchdogProcess> {
  const watchdog = await WatchdogProcess.start({
    folder,
    heartPort: guest.port,
    snapshotPort: snapshot.port,
    ...options,
  });
  cleanup.defer(() => watchdog.close());
  return watchdog;
}

/** The first generation of a Watchdog is the second that it starts in: two within one second are not expected. */
async function nextSecond(second: number): Promise<void> {
  await setTimeout(Math.max(0, (second + 1) * 1000 - Date.now()));
}

/** Watches until the Watchdog ends the stream. */
function drain(watchdog: WatchdogProcess): { first: Promise<void>; ended: Promise<void> } {
  let hasBegun = () => {};
  const first = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const ended = (async () => {
    for await (const _machines of watchdog.changes()) hasBegun();
  })();
  return { first, ended };
}
