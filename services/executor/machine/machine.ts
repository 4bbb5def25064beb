import type { Ready } from '../../gen/pbot/vm/guest/v1/channel.js';
import type { Address } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import { believableLanguages, findLanguage, type OfferedLanguage } from '../admission/catalogue.js';
import type { PhaseRoom } from '../admission/limits.js';
import type { Slots } from '../admission/queue.js';
import type { Fault } from './fault.js';
import { IdleWatch } from './idle-watch.js';
import { type GuestBody, GuestSession, type HostBody } from './session.js';

/** What the Watchdog says of a machine; `unknown` also while the Watchdog is not reached. */
export type WatchedState = 'unknown' | 'starting' | 'ready' | 'reverting' | 'offline';

/** What the Watchdog says of a machine at one time. */
export interface MachineNews {
  readonly state: WatchedState;
  readonly generation: number;
  /** This generation began with a revert. */
  readonly isPristine: boolean;
  /** How much of one processor it used until that time; absent while not known. */
  readonly load?: { readonly share: number; readonly measuredAtMs: number } | undefined;
}

/** Takes what the guest says of one execution. */
export interface ExecutionListener {
  onBody(body: GuestBody, payload: Uint8Array): void;
  /** The machine or its channel is gone; nothing follows. */
  onLost(reason: string): void;
}

export interface MachineOptions {
  readonly name: string;
  readonly dataAddress: Address;
  readonly log: Log;
  readonly random: { session(): number; entropy(): Uint8Array };
  readonly nowUs: () => bigint;
  readonly onFault: (machine: Machine, fault: Fault) => void;
  /** Each generation serves one execution, and is asked to be reverted after it. */
  readonly isSingleUse: boolean;
}

/** More executions at the same time than a guest server of ours takes: one that claims more wants all the work. */
const maxCapacity = 16;

const maxVersionLength = 64;

/** A machine that goes on with a fault, since nobody may revert it, may have the same fault again at once. */
const secondChanceDelayMs = 1000;

/** One machine as the Executor sees it: what the Watchdog says, the data channel, and what runs on it. */
export class Machine implements Slots {
  readonly name: string;
  readonly dataAddress: Address;
  readonly #options: MachineOptions;
  #state: WatchedState = 'unknown';
  #generation = 0;
  #link: GuestSession | undefined;
  #ready: Ready | undefined;
  #languages: readonly OfferedLanguage[] = [];
  #phaseRoom: PhaseRoom = { memoryBytes: Infinity, fileBytes: Infinity };
  /** A fault that was reported and that no revert has mended yet: no work in its generation. */
  #fault: Fault | undefined;
  /** A program was given to this generation. */
  #usedGeneration: number | undefined;
  readonly #idleWatch = new IdleWatch();
  #occupied = 0;
  readonly #onIdle: (() => void)[] = [];
  readonly #changeListeners: (() => void)[] = [];
  #nextExecution = 1;
  readonly #listeners = new Map<number, ExecutionListener>();

  constructor(options: MachineOptions) {
    this.#options = options;
    this.name = options.name;
    this.dataAddress = options.dataAddress;
  }

  /** The listener is called when something changes that an execution may wait for. */
  onChange(listener: () => void): void {
    this.#changeListeners.push(listener);
  }

  get state(): WatchedState {
    return this.#state;
  }

  get generation(): number {
    return this.#generation;
  }

  get isConnected(): boolean {
    return this.#ready !== undefined;
  }

  get running(): number {
    return this.#occupied;
  }

  get capacity(): number {
    const capacity = this.#ready?.capacity ?? 0;
    return Math.min(this.#options.isSingleUse ? 1 : maxCapacity, capacity);
  }

  /** Of one that is ready the guest's answer is only a moment away. One for single use is reverted all the time. */
  get isExpected(): boolean {
    const isUnfit = this.#link?.isUnfit === true;
    if (this.#state === 'ready' && !this.#isCordoned && !isUnfit) return true;
    const isReturning = this.#state !== 'offline' && this.#state !== 'unknown';
    return this.#options.isSingleUse && isReturning;
  }

  get freeSlots(): number {
    return this.#isServing ? Math.max(0, this.capacity - this.#occupied) : 0;
  }

  /** As the guest told last; kept while the machine is being reverted. */
  get languages(): readonly OfferedLanguage[] {
    return this.#languages;
  }

  /** As the guest told last. */
  get phaseRoom(): PhaseRoom {
    return this.#phaseRoom;
  }

  offers(language: string): boolean {
    return findLanguage(this.#languages, language) !== undefined;
  }

  occupy(): void {
    this.#occupied += 1;
    this.#usedGeneration = this.#generation;
    this.#idleWatch.noteWork();
  }

  vacate(): void {
    this.#occupied -= 1;
    this.#idleWatch.noteWork();
    if (this.#occupied === 0) {
      this.#askForFreshMachine();
      for (const resolve of this.#onIdle.splice(0)) resolve();
    }
    this.#changed();
  }

  /** Resolves when nothing runs on it any more. Each execution has a deadline, so that comes. */
  idle(): Promise<void> {
    if (this.#occupied === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /**
   * Takes what the Watchdog says. The data channel is open while the machine is STARTING or READY: the session and the first
   * heartbeat need not wait for each other.
   */
  applyWatchdogState(news: MachineNews): void {
    const { state, generation } = news;
    const isOtherGeneration = generation !== this.#generation;
    const isFirst = this.#generation === 0;
    this.#state = state;
    this.#generation = generation;
    // Whoever ran an Executor or a Watchdog before may have used it.
    if (state === 'ready' && (isFirst || !news.isPristine)) this.#usedGeneration = generation;
    if (isOtherGeneration) this.#idleWatch.noteWork();
    // A Watchdog that knows nothing yet knows of nothing wrong.
    if (isOtherGeneration || state === 'reverting' || state === 'offline') this.closeSession();
    if (state === 'starting' || state === 'ready') this.#openLink(generation);
    if (state === 'ready') this.#link?.expectReady();
    this.#followFault(news);
    if (state === 'ready' && this.#occupied === 0) this.#askForFreshMachine();
    if (state === 'ready' && news.load !== undefined) this.#lookAtLoad(news.load);
    this.#changed();
  }

  /** The Watchdog is away: what runs goes on, and only new work waits for its word. */
  forgetWatchdogState(): void {
    this.#state = 'unknown';
    this.#changed();
  }

  /** No work until the Watchdog has decided. */
  cordon(fault: Fault): void {
    this.#fault = fault;
  }

  /** The Watchdog lets the machine go on as it is. */
  uncordon(): void {
    this.#fault = undefined;
    if (this.#state === 'ready') {
      this.#openLink(this.#generation, secondChanceDelayMs);
      this.#link?.expectReady();
    }
    this.#changed();
  }

  /** Opens a new session: whatever ran in the last one is gone from the guest. */
  reconnect(reason: string): void {
    this.#link?.restart(reason);
  }

  /** @returns the number of an execution whose frames go to the listener until `stopListening` */
  listen(listener: ExecutionListener): number {
    const execution = this.#nextExecution;
    this.#nextExecution += 1;
    this.#listeners.set(execution, listener);
    return execution;
  }

  stopListening(execution: number): void {
    this.#listeners.delete(execution);
  }

  send(body: HostBody, payload?: Uint8Array): void {
    this.#link?.send(body, payload);
  }

  closeSession(): void {
    const link = this.#link;
    this.#link = undefined;
    link?.close();
  }

  #changed(): void {
    for (const listener of this.#changeListeners) listener();
  }

  get #isServing(): boolean {
    return this.#state === 'ready' && this.isConnected && !this.#isCordoned;
  }

  get #isCordoned(): boolean {
    return this.#fault?.generation === this.#generation;
  }

  /** A Watchdog that was started anew knows nothing of a fault that the one before has not mended. */
  #followFault(news: MachineNews): void {
    if (this.#fault === undefined || this.#isCordoned) return;
    if (news.isPristine) this.#fault = undefined;
    else if (news.state === 'ready') {
      this.#options.onFault(this, { ...this.#fault, generation: news.generation });
    }
  }

  #askForFreshMachine(): void {
    const generation = this.#generation;
    if (!this.#options.isSingleUse || this.#usedGeneration !== generation) return;
    if (this.#isCordoned) return;
    const detail = 'A program has run on it, and the next one is to have a fresh machine.';
    this.#options.onFault(this, { kind: 'used', detail, generation });
  }

  #lookAtLoad(load: { share: number; measuredAtMs: number }): void {
    if (!this.#idleWatch.take({ ...load, isRunning: this.#occupied > 0 })) return;
    const detail = `It runs nothing, and uses ${Math.round(load.share * 100)} % of a processor.`;
    this.#options.onFault(this, { kind: 'busy while idle', detail, generation: this.#generation });
  }

  #openLink(generation: number, connectDelayMs = 0): void {
    if (this.#link !== undefined) return;
    const { dataAddress, log, random, nowUs } = this.#options;
    const session = new GuestSession({
      address: dataAddress,
      generation,
      log: log.child({ machine: this.name, generation }),
      random,
      nowUs,
      connectDelayMs,
      onReady: (ready) => this.#onReady(ready),
      onUnfit: () => this.#changed(),
      onLost: (reason) => this.#onLost(reason),
      onBody: (body, payload) => this.#onBody(body, payload),
      onFault: (fault) => {
        this.#link = undefined;
        this.#options.onFault(this, { ...fault, generation });
      },
    });
    this.#link = session;
    session.start();
  }

  #onReady(ready: Ready): void {
    this.#ready = ready;
    this.#languages = believableLanguages(ready.languages);
    this.#phaseRoom = {
      memoryBytes: Number(ready.phaseMemoryBytes) || Infinity,
      fileBytes: Number(ready.fileBytes) || Infinity,
    };
    this.#options.log.info(
      {
        machine: this.name,
        generation: this.#generation,
        guest: ready.serverVersion.slice(0, maxVersionLength),
        capacity: ready.capacity,
        reseeded: ready.reseeded,
        languages: this.#languages.map((language) => language.name).join(' '),
      },
      'the guest is ready',
    );
    this.#changed();
  }

  #onLost(reason: string): void {
    this.#ready = undefined;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.onLost(reason);
    this.#changed();
  }

  #onBody(body: GuestBody, payload: Uint8Array): void {
    if (!('execution' in body.value)) return;
    this.#listeners.get(body.value.execution)?.onBody(body, payload);
  }
}
