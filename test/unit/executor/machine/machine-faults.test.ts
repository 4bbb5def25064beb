import { beforeEach, describe, expect, it } from 'vitest';
import { finished, garbledFrame, ready } from '../tcp-guest.js';
import {
  answer,
  becomeReady,
  faults,
  guest,
  Listener,
  machine,
  replaceMachine,
  timedOut,
  until,
  watch,
} from './machine-scene.js';

describe('a machine whose channel is corrupt', () => {
  it('a machine whose channel is corrupt reports the fault with the generation in which it was seen', async () => {
    const host = await becomeReady(7);
    host.write(garbledFrame);
    await until(() => faults.length > 0);
    expect(faults).toMatchObject([{ kind: 'corrupt', generation: 7 }]);
    expect(machine).toMatchObject({ isConnected: false, freeSlots: 0 });
  });

  it('a machine whose channel is corrupt is not connected whatever its guest has sent after that', async () => {
    const host = await becomeReady(1);
    host.write(garbledFrame, host.frame(ready()));
    await host.ended;
    expect(machine.isConnected).toBe(false);
  });

  it('a machine whose channel is corrupt and that has reported to be ready afterwards gets no work after its revert before it is ready', async () => {
    const host = await becomeReady(1);
    host.write(garbledFrame, host.frame(ready()));
    await host.ended;
    watch('reverting', 2);
    watch('ready', 2);
    expect(machine.freeSlots).toBe(0);
  });
});

describe('what a guest says of executions', () => {
  it('what a guest says of executions reaches the one that it is about', async () => {
    const host = await becomeReady(1, 2);
    const [one, two] = [new Listener(), new Listener()];
    const [first, second] = [machine.listen(one), machine.listen(two)];
    expect(first).not.toBe(second);
    host.write(host.frame(finished(second)), host.frame(finished(first)));
    await Promise.all([one.hears(1), two.hears(1)]);
    expect(one.bodies).toEqual([finished(first)]);
    expect(two.bodies).toEqual([finished(second)]);
  });

  it('what a guest says of executions reaches nobody where nobody listens, or does so no more', async () => {
    const host = await becomeReady(1, 2);
    const [gone, stays] = [new Listener(), new Listener()];
    const over = machine.listen(gone);
    const execution = machine.listen(stays);
    machine.stopListening(over);
    host.write(
      host.frame(finished(over)),
      host.frame(finished(999)),
      host.frame(finished(execution)),
    );
    await stays.hears(1);
    expect(gone.bodies).toEqual([]);
    expect(stays.bodies).toEqual([finished(execution)]);
  });

  it('what a guest says of executions has a number of its own for each execution, in later sessions too', async () => {
    const host = await becomeReady(1);
    const before = machine.listen(new Listener());
    host.cut();
    await until(() => !machine.isConnected);
    await answer();
    await until(() => machine.isConnected);
    expect(machine.listen(new Listener())).not.toBe(before);
  });

  it('what a guest says of executions is over for all of them when the channel is cut, and each learns it once', async () => {
    const host = await becomeReady(1, 2);
    const listeners = [new Listener(), new Listener()];
    for (const listener of listeners) machine.listen(listener);
    host.cut();
    await until(() => !machine.isConnected);
    watch('reverting', 2);
    for (const { losses } of listeners) expect(losses).toEqual(['the data channel was cut']);
  });

  it('what a guest says of executions is sent to nobody while there is no channel', () => {
    expect(() => machine.send({ $case: 'kill', value: { execution: 1 } })).not.toThrow();
    expect(machine.isConnected).toBe(false);
  });
});

describe('a machine with a fault', () => {
  const notReverted = (generation: number) =>
    machine.applyWatchdogState({ state: 'ready', generation, isPristine: false });

  it('a machine with a fault that a Watchdog has forgotten, because it was restarted, is reported to it again', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(1));
    machine.loseWatchdog('the Watchdog is away');
    notReverted(1000);
    expect(faults).toEqual([timedOut(1000)]);
  });

  it('a machine with a fault is reported again where the Watchdog ended in the middle of the revert', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(1));
    machine.applyWatchdogState({ state: 'reverting', generation: 2, isPristine: false });
    machine.loseWatchdog('the Watchdog is away');
    notReverted(1000);
    expect(faults).toEqual([timedOut(1000)]);
  });

  it('a machine with a fault is not reported again when it was reverted', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(1));
    watch('reverting', 2);
    watch('ready', 2);
    machine.loseWatchdog('the Watchdog is away');
    notReverted(1000);
    expect(faults).toEqual([]);
  });
});

describe('a machine for single use', () => {
  beforeEach(() => {
    replaceMachine({ isSingleUse: true });
  });

  it('a machine for single use takes one execution a generation, and asks for a revert when that is over', async () => {
    watch('starting', 1);
    await becomeReady(1, 3);
    expect(machine).toMatchObject({ capacity: 1, freeSlots: 1 });
    machine.occupy();
    expect(machine.freeSlots).toBe(0);
    expect(faults).toEqual([]);
    machine.vacate();
    expect(faults).toMatchObject([{ kind: 'used', generation: 1 }]);
  });

  it('a machine for single use is worth waiting for while it is reverted, and not when it is off', () => {
    watch('reverting', 1);
    expect(machine.outlook).toBe('serving');
    watch('starting', 1);
    expect(machine.outlook).toBe('serving');
    watch('offline', 1);
    expect(machine.outlook).toBe('gone');
  });

  it('a machine for single use is reverted before its first execution where nobody knows what ran on it', async () => {
    machine.applyWatchdogState({ state: 'ready', generation: 1, isPristine: false });
    expect(faults).toMatchObject([{ kind: 'used', generation: 1 }]);
    await guest.accept();
  });

  it('a machine for single use is reverted before its first execution where it was ready before anybody here looked', async () => {
    watch('ready', 1);
    expect(faults).toMatchObject([{ kind: 'used', generation: 1 }]);
    await guest.accept();
  });

  it('a machine for single use is fresh after its revert, although it was not before', async () => {
    machine.applyWatchdogState({ state: 'reverting', generation: 1, isPristine: false });
    await becomeReady(1);
    expect(machine.freeSlots).toBe(1);
    expect(faults).toEqual([]);
  });

  it('a machine for single use is not asked for twice while a fault of that generation is judged', async () => {
    watch('starting', 1);
    await becomeReady(1);
    machine.occupy();
    machine.cordon(timedOut(machine.generation));
    machine.vacate();
    expect(faults).toEqual([]);
  });
});

describe('a machine that is busy', () => {
  const look = (measuredAtMs: number, share: number) =>
    machine.applyWatchdogState({
      state: 'ready',
      generation: 1,
      isPristine: true,
      load: { share, measuredAtMs },
    });

  it('a machine that is busy while nothing runs on it is reported at the second look that finds it so', async () => {
    await becomeReady(1);
    look(5000, 1);
    look(10_000, 1);
    expect(faults).toEqual([]);
    look(15_000, 0.9);
    expect(faults).toMatchObject([{ kind: 'busy while idle', generation: 1 }]);
  });

  it('a machine that is busy with an execution is not reported', async () => {
    await becomeReady(1);
    look(5000, 1);
    machine.occupy();
    for (const timeMs of [10_000, 15_000, 20_000]) look(timeMs, 1);
    machine.vacate();
    look(25_000, 1);
    look(30_000, 0.1);
    expect(faults).toEqual([]);
  });
});

describe('a machine whose Watchdog is away', () => {
  const away = 'the Watchdog at x does not answer';

  it('a machine whose Watchdog is away has its slots until it is distrusted', async () => {
    await becomeReady(1);
    machine.loseWatchdog(away);
    expect(machine.freeSlots).toBe(1);
    expect(machine.outlook).toBe('serving');
    machine.distrust();
    expect(machine.freeSlots).toBe(0);
    expect(machine.outlook).toBe('returning');
  });

  it('a machine whose Watchdog is away takes no new work when it needs a revert', async () => {
    await becomeReady(1);
    machine.loseWatchdog(away);
    machine.cordon(timedOut(1));
    expect(machine.freeSlots).toBe(0);
    expect(machine.outlook).toBe('returning');
  });

  it('a machine keeps its session, and what runs in it, over a restart of the Watchdog', async () => {
    const host = await becomeReady(1, 2);
    const listener = new Listener();
    const execution = machine.listen(listener);
    machine.loseWatchdog(away);
    machine.applyWatchdogState({ state: 'unknown', generation: 1000, isPristine: false });
    expect(machine.freeSlots).toBe(2);
    machine.applyWatchdogState({ state: 'ready', generation: 1000, isPristine: false });
    expect(machine.generation).toBe(1000);
    expect(machine.isConnected).toBe(true);
    host.say({ $case: 'finished', value: { execution } });
    await listener.hears(1);
    expect(listener.losses).toEqual([]);
  });

  it('a machine for single use whose program ran over a restart of the Watchdog is not used again', async () => {
    replaceMachine({ isSingleUse: true });
    await becomeReady(1);
    machine.occupy();
    machine.loseWatchdog(away);
    machine.applyWatchdogState({ state: 'unknown', generation: 1000, isPristine: false });
    machine.vacate();
    expect(faults.at(-1)).toMatchObject({ kind: 'used', generation: 1000 });
  });
});
