// A machine for the tests of the driver: its recovery with a fake channel, a fake Snapshot service and a clock that the test moves.

import { pino } from 'pino';
import { Recovery } from '../../../services/watchdog/driver.js';
import type {
  HeartbeatChannel,
  HeartbeatListener,
} from '../../../services/watchdog/heartbeat-channel.js';
import { type Machine, newMachine } from '../../../services/watchdog/machine-state.js';
import { defaultRecoveryBounds } from '../../../services/watchdog/policy/bounds.js';
import { Registry } from '../../../services/watchdog/registry.js';
import {
  type DomainCondition,
  type DomainView,
  NoSnapshotError,
  type Restoration,
  type Reversion,
  type SnapshotClient,
} from '../../../services/watchdog/snapshot-client.js';
import { ManualClock } from './manual-clock.js';

/** How the guest at the other end of a fake channel behaves. */
export type Guest = 'answers' | 'mute' | 'refuses';

/** A heartbeat channel without a socket: the connect and the answers of the guest come within the same turn. */
export class FakeChannel implements HeartbeatChannel {
  isConnected = false;
  isOpen = false;
  connects = 0;
  readonly #listener: HeartbeatListener;
  #guest: Guest = 'answers';

  constructor(listener: HeartbeatListener) {
    this.#listener = listener;
  }

  set guest(guest: Guest) {
    this.#guest = guest;
    if (guest === 'refuses') this.#drop();
    else this.#connect();
  }

  open(): void {
    this.isOpen = true;
    this.#connect();
  }

  close(): void {
    this.isOpen = false;
    this.isConnected = false;
  }

  probe(): void {
    queueMicrotask(() => {
      if (this.#guest === 'answers') this.beat();
    });
  }

  beat(): void {
    if (this.isConnected) this.#listener.onBeat();
  }

  #connect(): void {
    if (!this.isOpen || this.isConnected || this.#guest === 'refuses') return;
    this.isConnected = true;
    this.connects += 1;
    this.#listener.onConnected();
  }

  #drop(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.#listener.onClosed();
  }
}

/** A Snapshot service without libvirt: the test sets what each call does. */
class FakeSnapshot implements SnapshotClient {
  domain: DomainCondition = 'running';
  isReachable = true;
  /** What keeps the machine from being reverted. */
  obstacle: string | undefined;
  /** Called for each revert and each start; what it throws is their failure. */
  onRevert: () => void | Promise<void> = () => {};
  onStart: () => void | Promise<void> = () => {};
  looks = 0;
  processorMs: number | undefined;
  reverts = 0;
  starts = 0;
  creates = 0;
  /** Each revert and each start rebuilds the machine. */
  rebuilds = false;
  onCreate: () => void | Promise<void> = () => {};

  getDomain(): Promise<DomainView> {
    this.looks += 1;
    return this.isReachable
      ? Promise.resolve({ condition: this.domain, obstacle: this.obstacle })
      : Promise.reject(new Error('The Snapshot service is away.'));
  }

  processorTimeMs(): Promise<number | undefined> {
    return this.isReachable
      ? Promise.resolve(this.processorMs)
      : Promise.reject(new Error('The Snapshot service is away.'));
  }

  async create(): Promise<void> {
    this.creates += 1;
    await this.onCreate();
  }

  async revert(): Promise<Reversion> {
    this.reverts += 1;
    if (this.obstacle !== undefined) throw new NoSnapshotError(this.obstacle);
    await this.onRevert();
    this.domain = 'running';
    return { method: 'in-place', how: 'in place', needsSnapshot: this.rebuilds };
  }

  async start(): Promise<Restoration> {
    this.starts += 1;
    await this.onStart();
    this.domain = 'running';
    return { how: 'from its snapshot', needsSnapshot: this.rebuilds };
  }
}

/** A promise that a test resolves when it likes. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** A machine with its recovery, a fake guest, a fake Snapshot service and a clock that the test moves. */
export class Scene {
  readonly clock = new ManualClock(1_000_000);
  readonly snapshot = new FakeSnapshot();
  readonly registry: Registry;
  readonly recovery: Recovery;
  readonly states: string[] = [];
  readonly #stopWatching = new AbortController();
  #channel: FakeChannel | undefined;

  constructor(options: { noRevert?: boolean } = {}) {
    const nowMs = this.clock.nowMs();
    const log = pino({ level: 'silent' });
    const machine = newMachine({
      name: 'vm',
      domain: 'vm',
      heartbeatAddress: '127.0.0.1:5556',
      generation: 100,
      nowMs,
    });
    this.registry = new Registry({ machines: [machine], log });
    this.recovery = new Recovery({
      machine: 'vm',
      snapshotName: '1',
      rules: { bounds: defaultRecoveryBounds, noRevert: options.noRevert ?? false },
      registry: this.registry,
      snapshot: this.snapshot,
      createChannel: (listener) => {
        this.#channel = new FakeChannel(listener);
        return this.#channel;
      },
      clock: this.clock,
      log,
    });
  }

  get channel(): FakeChannel {
    if (this.#channel === undefined) throw new Error('the recovery has made no channel');
    return this.#channel;
  }

  get machine(): Machine {
    return this.registry.get('vm');
  }

  /** Starts the recovery, and the record of the states that a watcher sees. */
  async start(): Promise<void> {
    void this.#recordStates();
    this.recovery.start();
    await this.clock.advance(0);
  }

  async stop(): Promise<void> {
    this.#stopWatching.abort();
    const stopped = this.recovery.stop(20_000);
    await this.clock.advance(20_000);
    await stopped;
  }

  fault(generation = this.machine.generation, more: { isOfExecution?: boolean } = {}) {
    return this.recovery.reportFault({
      generation,
      reason: 'timed-out',
      detail: 'too slow',
      isOfExecution: true,
      ...more,
    });
  }

  async #recordStates(): Promise<void> {
    for await (const [machine] of this.registry.watch(this.#stopWatching.signal)) {
      this.states.push(`${machine?.state} ${machine?.generation}`);
    }
  }
}
