import { describe, expect, it, vi } from 'vitest';
import { finished, garbledFrame, ready } from '../tcp-guest.js';
import {
  answer,
  becomeReady,
  changes,
  faults,
  guest,
  Listener,
  machine,
  timedOut,
  until,
  watch,
} from './machine-scene.js';

describe('a machine', () => {
  it('a machine is unknown and has no slot until the Watchdog has said something', () => {
    expect(machine).toMatchObject({
      state: 'unknown',
      generation: 0,
      isConnected: false,
      outlook: 'returning',
      freeSlots: 0,
      capacity: 0,
      languages: [],
    });
  });

  it('a machine has its data channel opened while it is STARTING, with its generation', async () => {
    watch('starting', 4);
    expect(machine).toMatchObject({ state: 'starting', isConnected: false, freeSlots: 0 });
    const host = await guest.accept();
    await expect(host.next()).resolves.toMatchObject({ generation: 4, session: 101 });
  });

  it('a machine takes work when it is READY and its guest has answered, whichever comes first', async () => {
    watch('starting', 4);
    await answer();
    await until(() => machine.isConnected);
    expect(machine.freeSlots).toBe(0);
    watch('ready', 4);
    expect(machine.freeSlots).toBe(1);
  });

  it('a machine has the slots and languages that its guest reports', async () => {
    await becomeReady(1, 3);
    expect(machine).toMatchObject({ outlook: 'serving', capacity: 3, freeSlots: 3, running: 0 });
    expect(machine.languages.map(({ name }) => name)).toEqual(['sh']);
  });

  it('a machine has the room that its guest gives to a phase, and any amount where that does not tell', async () => {
    await becomeReady(1);
    expect(machine.phaseRoom).toEqual({ memoryBytes: Infinity, fileBytes: Infinity });
    watch('ready', 2);
    await answer({ phaseMemoryBytes: 600n, fileBytes: 300n });
    await until(() => machine.phaseRoom.memoryBytes === 600);
    expect(machine.phaseRoom.fileBytes).toBe(300);
  });

  it('a machine has no more slots than anybody can use, whatever its guest reports', async () => {
    await becomeReady(1, 4_000_000_000);
    expect(machine).toMatchObject({ capacity: 16, freeSlots: 16 });
  });

  it('a machine reports when nothing runs on it any more', async () => {
    await becomeReady(1, 2);
    await expect(machine.idle()).resolves.toBeUndefined();
    machine.occupy();
    machine.occupy();
    let isIdle = false;
    const idle = machine.idle().then(() => {
      isIdle = true;
    });
    machine.vacate();
    await Promise.resolve();
    expect(isIdle).toBe(false);
    machine.vacate();
    await idle;
  });

  it('a machine has a slot less for each execution, and reports when one is free again', async () => {
    await becomeReady(1, 2);
    machine.occupy();
    machine.occupy();
    expect(machine).toMatchObject({ running: 2, freeSlots: 0 });
    const before = changes;
    machine.vacate();
    expect(machine).toMatchObject({ running: 1, freeSlots: 1 });
    expect(changes).toBe(before + 1);
  });

  it('a machine never has a negative number of free slots, though its guest says that it can take less now', async () => {
    const host = await becomeReady(1, 2);
    machine.occupy();
    machine.occupy();
    host.cut();
    await until(() => !machine.isConnected);
    await answer({ capacity: 1 });
    await until(() => machine.isConnected);
    expect(machine.freeSlots).toBe(0);
  });
});

describe('a machine that is reverted', () => {
  it('a machine that is reverted has its channel reset, ends its executions, and keeps its languages', async () => {
    const host = await becomeReady(1);
    const listener = new Listener();
    machine.listen(listener);
    watch('reverting', 2);
    expect(listener.losses).toEqual(['the session was closed']);
    expect(machine).toMatchObject({ state: 'reverting', isConnected: false, freeSlots: 0 });
    expect(machine.languages.map(({ name }) => name)).toEqual(['sh']);
    await expect(host.ended).resolves.toBe('reset');
  });

  it('a machine that is reverted has a new channel with the new generation afterwards', async () => {
    await becomeReady(1);
    watch('reverting', 2);
    watch('ready', 2);
    expect(machine.freeSlots).toBe(0);
    const host = await guest.accept();
    await expect(host.next()).resolves.toMatchObject({ generation: 2, session: 102 });
    host.say(ready());
    await until(() => machine.isConnected);
    expect(machine.freeSlots).toBe(1);
  });

  it('a machine that is reverted in no time is seen to be so by its generation', async () => {
    const first = await becomeReady(1);
    watch('ready', 2);
    await expect(first.ended).resolves.toBe('reset');
    expect(machine.isConnected).toBe(false);
    const host = await guest.accept();
    await expect(host.next()).resolves.toMatchObject({ generation: 2 });
  });

  it.each(['reverting', 'offline'] as const)(
    'a machine that is reverted has no channel while it is %s',
    async (state) => {
      const host = await becomeReady(1);
      watch(state, 1);
      expect(machine.isConnected).toBe(false);
      await expect(host.ended).resolves.toBe('reset');
    },
  );
});

describe('a machine whose Watchdog is away', () => {
  it('a machine whose Watchdog is away goes on with what runs, but takes nothing new', async () => {
    const host = await becomeReady(1);
    const listener = new Listener();
    const execution = machine.listen(listener);
    watch('unknown', 1);
    expect(machine).toMatchObject({ isConnected: true, outlook: 'returning', freeSlots: 0 });
    host.say(finished(execution));
    await listener.hears(1);
    expect(listener).toMatchObject({ bodies: [finished(execution)], losses: [] });
  });

  it('a machine whose Watchdog is away has its slots back with the word of the Watchdog, in the same session', async () => {
    const host = await becomeReady(1);
    watch('unknown', 1);
    watch('ready', 1);
    expect(machine.freeSlots).toBe(1);
    const execution = machine.listen(new Listener());
    machine.send({ $case: 'kill', value: { execution } });
    await expect(host.next()).resolves.toMatchObject({
      session: 101,
      body: { $case: 'kill' },
    });
  });
});

describe('the outlook of a machine', () => {
  it('a machine that starts or is reverted is returning, and one that is OFFLINE is gone', async () => {
    for (const state of ['starting', 'reverting', 'unknown'] as const) {
      watch(state, 1);
      expect(machine.outlook).toBe('returning');
    }
    watch('offline', 1);
    expect(machine.outlook).toBe('gone');
    watch('ready', 2);
    expect(machine.outlook).toBe('serving');
  });
});

describe('a cordoned machine', () => {
  it('a cordoned machine has no slot until it is uncordoned', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(machine.generation));
    expect(machine).toMatchObject({ outlook: 'returning', freeSlots: 0 });
    const before = changes;
    machine.uncordon();
    expect(machine).toMatchObject({ outlook: 'serving', freeSlots: 1 });
    expect(changes).toBe(before + 1);
  });

  it('a cordoned machine has no slot however often the Watchdog says that it is READY', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(machine.generation));
    watch('ready', 1);
    expect(machine.freeSlots).toBe(0);
  });

  it('a cordoned machine is trusted in its next generation', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(machine.generation));
    watch('reverting', 2);
    await becomeReady(2);
    expect(machine.freeSlots).toBe(1);
  });

  it('a cordoned machine that has lost its channel has it opened again when it is trusted', async () => {
    const host = await becomeReady(1);
    host.write(garbledFrame);
    await until(() => faults.length > 0);
    machine.cordon(timedOut(machine.generation));
    machine.uncordon();
    await answer();
    await until(() => machine.isConnected);
    expect(machine.freeSlots).toBe(1);
  });

  it.each(['starting', 'reverting', 'offline'] as const)(
    'a cordoned machine that is %s has no channel opened when it is trusted',
    (state) => {
      vi.useFakeTimers();
      watch(state, 1);
      machine.cordon(timedOut(machine.generation));
      machine.uncordon();
      // A link would wait for its guest.
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('a cordoned machine may have a new session opened: what ran in the last one is lost', async () => {
    const host = await becomeReady(1);
    const listener = new Listener();
    machine.listen(listener);
    machine.reconnect('an execution did not end');
    await listener.hears(1);
    await expect(host.ended).resolves.toBe('reset');
    await answer();
    await until(() => machine.isConnected);
    expect(listener.losses).toEqual(['an execution did not end']);
  });
});
