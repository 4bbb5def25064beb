// The machines as the Watchdog publishes them, and the streams that watch them.

import type { Log } from '../lib/process/log.js';
import type { Machine, MachineEvent } from './machine-state.js';

/** The machines and what is known of them. */
export class Registry {
  readonly #machines: Map<string, Machine>;
  readonly #log: Log;
  readonly #onEvent: (event: MachineEvent, after: Machine) => void;
  readonly #watches = new Set<Watch>();
  #isClosed = false;

  /** @param options.onEvent gets each event, and the machine as the event has left it */
  constructor(options: {
    machines: readonly Machine[];
    log: Log;
    onEvent?: (event: MachineEvent, after: Machine) => void;
  }) {
    this.#machines = new Map(options.machines.map((machine) => [machine.name, machine]));
    this.#log = options.log;
    this.#onEvent = options.onEvent ?? (() => undefined);
  }

  /** In the order of the configuration. */
  all(): Machine[] {
    return [...this.#machines.values()];
  }

  /** A machine that is known to be here. */
  get(name: string): Machine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`There is no machine "${name}".`);
    return machine;
  }

  /** Takes a machine as an event has left it, logs why, and wakes the watches; a beat of a READY machine is no news. */
  publish(event: MachineEvent, after: Machine): void {
    const before = this.get(after.name);
    this.#machines.set(after.name, after);
    this.#onEvent(event, after);
    if (event.kind === 'heartbeat' && before.state === 'ready') return;
    if (event.kind !== 'load') logChange(this.#log, { before, after, event });
    for (const watch of this.#watches) watch.changed(after.name);
  }

  /**
   * First all machines, then those that changed, until the signal is aborted or the registry closed. Changes that a
   * slow reader has no time for are merged: it gets each machine's latest state, once.
   */
  async *watch(signal: AbortSignal): AsyncGenerator<Machine[]> {
    const watch = new Watch(this.#machines.keys());
    this.#watches.add(watch);
    signal.addEventListener('abort', watch.wake);
    try {
      while (!signal.aborted && !this.#isClosed) {
        const names = watch.take();
        if (names.length > 0) yield names.map((name) => this.get(name));
        else await watch.nextWake();
      }
    } finally {
      signal.removeEventListener('abort', watch.wake);
      this.#watches.delete(watch);
    }
  }

  /** Ends every watch. */
  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches) watch.wake();
  }
}

/** The names that one reader has not seen the latest state of. */
class Watch {
  readonly #names: Set<string>;
  #resolve: (() => void) | undefined;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  changed(name: string): void {
    this.#names.add(name);
    this.wake();
  }

  take(): string[] {
    const names = [...this.#names];
    this.#names.clear();
    return names;
  }

  nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  readonly wake = (): void => {
    this.#resolve?.();
    this.#resolve = undefined;
  };
}

function logChange(
  log: Log,
  change: { before: Machine; after: Machine; event: Exclude<MachineEvent, { kind: 'load' }> },
): void {
  const { before, after, event } = change;
  const detail = 'detail' in event ? event.detail : after.stateDetail;
  const fields = {
    machine: after.name,
    from: before.state,
    to: after.state,
    generation: after.generation,
    ...('reason' in event ? { reason: event.reason } : {}),
    detail,
  };
  switch (event.kind) {
    case 'domain-up':
    case 'heartbeat':
    case 'reverted':
      return log.info(fields, `the machine is ${after.state}`);
    case 'fault':
      if (event.reason === 'used') return log.info(fields, 'the machine is reverted');
      return log.warn(fields, 'the machine is reverted');
    case 'fault-ignored':
      return log.warn(fields, 'a fault was reported, and reverts are disabled');
    case 'obstacle':
      if (event.obstacle === undefined) return log.info(fields, 'the machine can be reverted');
      return log.warn(fields, `the machine ${event.obstacle}`);
    case 'revert-failed':
      return log.error(fields, 'a revert failed');
    case 'lost':
      return log.error(fields, 'the machine is offline');
  }
}
