// A machine of the Executor with a guest on a TCP port that a test plays.

import { pino } from 'pino';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Fault } from '../../../../services/executor/machine/fault.js';
import { Machine } from '../../../../services/executor/machine/machine.js';
import type { GuestBody } from '../../../../services/executor/machine/session.js';
import type { WatchedState } from '../../../../services/executor/machine/watchdog-view.js';
import { type HostConnection, ready, TcpGuest } from '../tcp-guest.js';

export let guest: TcpGuest;
export let machine: Machine;
export let changes: number;
export let faults: Fault[];
let onChange: () => void;

beforeEach(async () => {
  guest = await TcpGuest.listen();
  changes = 0;
  faults = [];
  onChange = () => undefined;
  machine = makeMachine({ isSingleUse: false });
});

/** Tests go on with a machine of other options. */
export function replaceMachine(options: { isSingleUse: boolean }): void {
  machine = makeMachine(options);
}

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

export function timedOut(generation: number): Fault {
  return { kind: 'timed out', detail: 'too slow', generation };
}

export function watch(state: WatchedState, generation: number): void {
  machine.applyWatchdogState({ state, generation, isPristine: true });
}

afterEach(async () => {
  vi.useRealTimers();
  machine.closeSession();
  await guest.close();
});

/** Resolves when the machine says that something has changed and the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      onChange = resolve;
    });
  }
}

/** The host's next connection, on which the guest has said that it is ready. */
export async function answer(more: Parameters<typeof ready>[0] = {}): Promise<HostConnection> {
  const host = await guest.accept();
  await host.next();
  host.say(ready(more));
  return host;
}

export async function becomeReady(generation: number, capacity = 1): Promise<HostConnection> {
  watch('ready', generation);
  const host = await answer({ capacity });
  await until(() => machine.isConnected);
  return host;
}

/** Takes what a machine tells one execution. */
export class Listener {
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
