import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../../../services/executor/machine/fault.js';
import { Machine, type WatchedState } from '../../../../services/executor/machine/machine.js';
import type { GuestBody } from '../../../../services/executor/machine/session.js';
import { finished, garbledFrame, type HostConnection, ready, TcpGuest } from '../tcp-guest.js';

let guest: TcpGuest;
let machine: Machine;
let changes: number;
let faults: Fault[];
let onChange: () => void;

beforeEach(async () => {
  guest = await TcpGuest.listen();
  changes = 0;
  faults = [];
  onChange = () => undefined;
  machine = makeMachine({ isSingleUse: false });
});

function makeMachine(options: { isSingleUse: boolean }): Machine {
  let session = 100;
  const made = new Machine({
    name: 'pbot-vm',
    dataAddress: guest.address,
    log: pino({ level: 'silent' }),
    random: {
      session: () => {
        session += 1;
        return session;
      },
      entropy: () => new Uint8Array(64),
    },
    nowUs: () => 0n,
    onFault: (_machine, fault) => {
      faults.push(fault);
      onChange();
    },
    ...options,
  });
  made.onChange(() => {
    changes += 1;
    onChange();
  });
  return made;
}

function timedOut(generation: number): Fault {
  return { kind: 'timed out', detail: 'too slow', generation };
}

function watch(state: WatchedState, generation: number): void {
  machine.applyWatchdogState({ state, generation, isPristine: true });
}

afterEach(async () => {
  vi.useRealTimers();
  machine.closeSession();
  await guest.close();
});

/** Resolves when the machine says that something has changed and the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      onChange = resolve;
    });
  }
}

/** The host's next connection, on which the guest has said that it is ready. */
async function answer(more: Parameters<typeof ready>[0] = {}): Promise<HostConnection> {
  const host = await guest.accept();
  await host.next();
  host.say(ready(more));
  return host;
}

async function becomeReady(generation: number, capacity = 1): Promise<HostConnection> {
  watch('ready', generation);
  const host = await answer({ capacity });
  await until(() => machine.isConnected);
  return host;
}

/** Takes what a machine tells one execution. */
class Listener {
  readonly bodies: GuestBody[] = [];
  readonly losses: string[] = [];
  onMore: () => void = () => undefined;

  onBody(body: GuestBody): void {
    this.bodies.push(body);
    this.onMore();
  }

  onLost(reason: string): void {
    this.losses.push(reason);
    this.onMore();
  }

  async hears(count: number): Promise<void> {
    while (this.bodies.length + this.losses.length < count) {
      await new Promise<void>((resolve) => {
        this.onMore = resolve;
      });
    }
  }
}

describe('a machine', () => {
  it('is unknown and has no place until the Watchdog has said something', () => {
    expect(machine).toMatchObject({
      state: 'unknown',
      generation: 0,
      isConnected: false,
      isExpected: false,
      freeSlots: 0,
      capacity: 0,
      languages: [],
    });
  });

  it('has its data channel opened while it is STARTING, with its generation', async () => {
    watch('starting', 4);
    expect(machine).toMatchObject({ state: 'starting', isConnected: false, freeSlots: 0 });
    const host = await guest.accept();
    await expect(host.next()).resolves.toMatchObject({ generation: 4, session: 101 });
  });

  it('takes work when it is READY and its guest has answered, whichever comes first', async () => {
    watch('starting', 4);
    await answer();
    await until(() => machine.isConnected);
    expect(machine.freeSlots).toBe(0);
    watch('ready', 4);
    expect(machine.freeSlots).toBe(1);
  });

  it('has the places and languages that its guest tells', async () => {
    await becomeReady(1, 3);
    expect(machine).toMatchObject({ isExpected: true, capacity: 3, freeSlots: 3, running: 0 });
    expect(machine.languages.map(({ name }) => name)).toEqual(['sh']);
  });

  it('has the room that its guest gives to a phase, and any amount where that does not tell', async () => {
    await becomeReady(1);
    expect(machine.phaseRoom).toEqual({ memoryBytes: Infinity, fileBytes: Infinity });
    watch('ready', 2);
    await answer({ phaseMemoryBytes: 600n, fileBytes: 300n });
    await until(() => machine.phaseRoom.memoryBytes === 600);
    expect(machine.phaseRoom.fileBytes).toBe(300);
  });

  it('has no more places than anybody can use, whatever its guest tells', async () => {
    await becomeReady(1, 4_000_000_000);
    expect(machine).toMatchObject({ capacity: 16, freeSlots: 16 });
  });

  it('tells when nothing runs on it any more', async () => {
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

  it('has a place less for each execution, and tells when one is free again', async () => {
    await becomeReady(1, 2);
    machine.occupy();
    machine.occupy();
    expect(machine).toMatchObject({ running: 2, freeSlots: 0 });
    const before = changes;
    machine.vacate();
    expect(machine).toMatchObject({ running: 1, freeSlots: 1 });
    expect(changes).toBe(before + 1);
  });

  it('never has less than no place, though its guest says that it can take less now', async () => {
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
  it('has its channel reset, its executions told, and keeps its languages', async () => {
    const host = await becomeReady(1);
    const listener = new Listener();
    machine.listen(listener);
    watch('reverting', 2);
    expect(listener.losses).toEqual(['the session was closed']);
    expect(machine).toMatchObject({ state: 'reverting', isConnected: false, freeSlots: 0 });
    expect(machine.languages.map(({ name }) => name)).toEqual(['sh']);
    await expect(host.ended).resolves.toBe('reset');
  });

  it('has a new channel with the new generation afterwards', async () => {
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

  it('in no time the Executor notices by the generation', async () => {
    const first = await becomeReady(1);
    watch('ready', 2);
    await expect(first.ended).resolves.toBe('reset');
    expect(machine.isConnected).toBe(false);
    const host = await guest.accept();
    await expect(host.next()).resolves.toMatchObject({ generation: 2 });
  });

  it.each(['reverting', 'offline'] as const)('has no channel while it is %s', async (state) => {
    const host = await becomeReady(1);
    watch(state, 1);
    expect(machine.isConnected).toBe(false);
    await expect(host.ended).resolves.toBe('reset');
  });
});

describe('a machine of which the Watchdog says nothing', () => {
  it('goes on with what runs, but takes nothing new', async () => {
    const host = await becomeReady(1);
    const listener = new Listener();
    const execution = machine.listen(listener);
    watch('unknown', 1);
    expect(machine).toMatchObject({ isConnected: true, isExpected: false, freeSlots: 0 });
    host.say(finished(execution));
    await listener.hears(1);
    expect(listener).toMatchObject({ bodies: [finished(execution)], losses: [] });
  });

  it('has its places back with the word of the Watchdog, in the same session', async () => {
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

describe('a machine under suspicion', () => {
  it('has no place until it is trusted again', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(machine.generation));
    expect(machine).toMatchObject({ isExpected: false, freeSlots: 0 });
    const before = changes;
    machine.uncordon();
    expect(machine).toMatchObject({ isExpected: true, freeSlots: 1 });
    expect(changes).toBe(before + 1);
  });

  it('has no place however often the Watchdog says that it is READY', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(machine.generation));
    watch('ready', 1);
    expect(machine.freeSlots).toBe(0);
  });

  it('is trusted in its next generation', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(machine.generation));
    watch('reverting', 2);
    await becomeReady(2);
    expect(machine.freeSlots).toBe(1);
  });

  it('that has lost its channel has it opened again when it is trusted', async () => {
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
    'that is %s has no channel opened when it is trusted',
    (state) => {
      vi.useFakeTimers();
      watch(state, 1);
      machine.cordon(timedOut(machine.generation));
      machine.uncordon();
      // A link would wait for its guest.
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('may have its session opened anew: what ran in it is lost', async () => {
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

describe('a machine whose channel is corrupt', () => {
  it('tells the fault with the generation in which it was seen', async () => {
    const host = await becomeReady(7);
    host.write(garbledFrame);
    await until(() => faults.length > 0);
    expect(faults).toMatchObject([{ kind: 'corrupt', generation: 7 }]);
    expect(machine).toMatchObject({ isConnected: false, freeSlots: 0 });
  });

  it('is not connected whatever its guest has sent behind that', async () => {
    const host = await becomeReady(1);
    host.write(garbledFrame, host.frame(ready()));
    await host.ended;
    expect(machine.isConnected).toBe(false);
  });

  it('and has said behind that that it is ready gets no work after its revert before it is', async () => {
    const host = await becomeReady(1);
    host.write(garbledFrame, host.frame(ready()));
    await host.ended;
    watch('reverting', 2);
    watch('ready', 2);
    expect(machine.freeSlots).toBe(0);
  });
});

describe('what a guest says of executions', () => {
  it('reaches the one that it is about', async () => {
    const host = await becomeReady(1, 2);
    const [one, two] = [new Listener(), new Listener()];
    const [first, second] = [machine.listen(one), machine.listen(two)];
    expect(first).not.toBe(second);
    host.write(host.frame(finished(second)), host.frame(finished(first)));
    await Promise.all([one.hears(1), two.hears(1)]);
    expect(one.bodies).toEqual([finished(first)]);
    expect(two.bodies).toEqual([finished(second)]);
  });

  it('reaches nobody where nobody listens, or does so no more', async () => {
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

  it('has a number of its own for each execution, in later sessions too', async () => {
    const host = await becomeReady(1);
    const before = machine.listen(new Listener());
    host.cut();
    await until(() => !machine.isConnected);
    await answer();
    await until(() => machine.isConnected);
    expect(machine.listen(new Listener())).not.toBe(before);
  });

  it('is over for all of them when the channel is cut, each told once', async () => {
    const host = await becomeReady(1, 2);
    const listeners = [new Listener(), new Listener()];
    for (const listener of listeners) machine.listen(listener);
    host.cut();
    await until(() => !machine.isConnected);
    watch('reverting', 2);
    for (const { losses } of listeners) expect(losses).toEqual(['the data channel was cut']);
  });

  it('is sent to nobody while there is no channel', () => {
    expect(() => machine.send({ $case: 'kill', value: { execution: 1 } })).not.toThrow();
    expect(machine.isConnected).toBe(false);
  });
});

describe('a machine with a fault', () => {
  const notReverted = (generation: number) =>
    machine.applyWatchdogState({ state: 'ready', generation, isPristine: false });

  it('that a Watchdog has forgotten, because it was started anew, is reported to it again', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(1));
    machine.forgetWatchdogState();
    notReverted(1000);
    expect(faults).toEqual([timedOut(1000)]);
  });

  it('is reported again where the Watchdog ended in the middle of the revert', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(1));
    machine.applyWatchdogState({ state: 'reverting', generation: 2, isPristine: false });
    machine.forgetWatchdogState();
    notReverted(1000);
    expect(faults).toEqual([timedOut(1000)]);
  });

  it('is not reported again when it was reverted', async () => {
    await becomeReady(1);
    machine.cordon(timedOut(1));
    watch('reverting', 2);
    watch('ready', 2);
    machine.forgetWatchdogState();
    notReverted(1000);
    expect(faults).toEqual([]);
  });
});

describe('a machine for single use', () => {
  beforeEach(() => {
    machine = makeMachine({ isSingleUse: true });
  });

  it('takes one execution a generation, and asks for a revert when that is over', async () => {
    watch('starting', 1);
    await becomeReady(1, 3);
    expect(machine).toMatchObject({ capacity: 1, freeSlots: 1 });
    machine.occupy();
    expect(machine.freeSlots).toBe(0);
    expect(faults).toEqual([]);
    machine.vacate();
    expect(faults).toMatchObject([{ kind: 'used', generation: 1 }]);
  });

  it('is worth waiting for while it is reverted, and not when it is off', () => {
    watch('reverting', 1);
    expect(machine.isExpected).toBe(true);
    watch('starting', 1);
    expect(machine.isExpected).toBe(true);
    watch('offline', 1);
    expect(machine.isExpected).toBe(false);
  });

  it('is reverted before its first execution where nobody knows what ran on it', async () => {
    machine.applyWatchdogState({ state: 'ready', generation: 1, isPristine: false });
    expect(faults).toMatchObject([{ kind: 'used', generation: 1 }]);
    await guest.accept();
  });

  it('is reverted before its first execution where it was ready before anybody here looked', async () => {
    watch('ready', 1);
    expect(faults).toMatchObject([{ kind: 'used', generation: 1 }]);
    await guest.accept();
  });

  it('is fresh after its revert, although it was not before', async () => {
    machine.applyWatchdogState({ state: 'reverting', generation: 1, isPristine: false });
    await becomeReady(1);
    expect(machine.freeSlots).toBe(1);
    expect(faults).toEqual([]);
  });

  it('is not asked for twice while a fault of that generation is judged', async () => {
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

  it('while nothing runs on it is reported at the second look that finds it so', async () => {
    await becomeReady(1);
    look(5000, 1);
    look(10_000, 1);
    expect(faults).toEqual([]);
    look(15_000, 0.9);
    expect(faults).toMatchObject([{ kind: 'busy while idle', generation: 1 }]);
  });

  it('with an execution is not', async () => {
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
