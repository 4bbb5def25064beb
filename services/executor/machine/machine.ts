// One machine of the pool: what the Watchdog says of it, its session, and the slots for executions.

import type { Ready } from '../../gen/pbot/vm/guest/v1/channel.js';
import type { Address } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import { findLanguage, type OfferedLanguage } from '../admission/catalogue.js';
import type { PhaseRoom } from '../admission/limits.js';
import type { Outlook, Slots } from '../admission/queue.js';
import type { Fault } from './fault.js';
import { type ExecutionListener, FrameRouter } from './frame-router.js';
import { claimDetails, claimsOf, noClaims } from './guest-claims.js';
import { IdleWatch } from './idle-watch.js';
import { GuestSession, type HostBody } from './session.js';
import { OccupiedSlots } from './slots.js';
import {
  afterLongSilence,
  afterNews,
  afterSilence,
  isOfKeptRun,
  type MachineNews,
  newView,
  type WatchdogView,
  type WatchedState,
} from './watchdog-view.js';

export interface MachineOptions {
  readonly name: string;
  readonly dataAddress: Address;
  /** What its guest must know, where that is configured. */
  readonly secret?: Uint8Array | undefined;
  readonly log: Log;
  readonly random: { session(): number; entropy(): Uint8Array };
  readonly nowUs: () => bigint;
  readonly onFault: (machine: Machine, fault: Fault) => void;
  /** Each generation serves one execution, and is asked to be reverted after it. */
  readonly isSingleUse: boolean;
}

/** A machine that goes on with a fault, since nobody may revert it, may have the same fault again at once. */
const secondChanceDelayMs = 1000;

/** One machine as the Executor sees it: what the Watchdog says, the data channel, and what runs on it. */
export class Machine implements Slots {
  readonly name: string;
  readonly dataAddress: Address;
  readonly #options: MachineOptions;
  #view = newView;
  #link: GuestSession | undefined;
  #ready: Ready | undefined;
  /** Of the last Ready. */
  #claims = noClaims;
  /** A fault that was reported and not followed by a revert yet. The machine is cordoned in this generation. */
  #fault: Fault | undefined;
  /** A program was given to this generation. */
  #usedGeneration: number | undefined;
  readonly #idleWatch = new IdleWatch();
  readonly #slots = new OccupiedSlots();
  readonly #changeListeners: (() => void)[] = [];
  readonly #router = new FrameRouter();

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
    return this.#view.state;
  }

  get generation(): number {
    return this.#view.generation;
  }

  get watched(): WatchdogView {
    return this.#view;
  }

  get isConnected(): boolean {
    return this.#ready !== undefined;
  }

  get running(): number {
    return this.#slots.count;
  }

  get capacity(): number {
    const capacity = this.isConnected ? this.#claims.capacity : 0;
    return this.#options.isSingleUse ? Math.min(1, capacity) : capacity;
  }

  /** Executions at the same time that clients may count on. One for single use keeps its slot while it is reverted. */
  get promisedSlots(): number {
    if (this.outlook !== 'serving') return 0;
    return this.#options.isSingleUse ? 1 : this.capacity;
  }

  /** Of one that is ready the guest's answer is only a moment away. One for single use is reverted all the time. */
  get outlook(): Outlook {
    if (this.state === 'offline') return 'gone';
    const isUnfit = this.#link?.isUnfit === true;
    if (this.state === 'ready' && !this.#isCordoned && !isUnfit) return 'serving';
    return this.#options.isSingleUse && this.state !== 'unknown' ? 'serving' : 'returning';
  }

  get freeSlots(): number {
    return this.#isServing ? Math.max(0, this.capacity - this.running) : 0;
  }

  /** As the guest reported last; kept while the machine is being reverted. */
  get languages(): readonly OfferedLanguage[] {
    return this.#claims.languages;
  }

  /** As the guest reported last. */
  get phaseRoom(): PhaseRoom {
    return this.#claims.phaseRoom;
  }

  offers(language: string): boolean {
    return findLanguage(this.languages, language) !== undefined;
  }

  occupy(): void {
    this.#slots.occupy();
    this.#usedGeneration = this.generation;
    this.#idleWatch.noteWork();
  }

  vacate(): void {
    this.#slots.vacate();
    this.#idleWatch.noteWork();
    if (this.running === 0) {
      this.#askForFreshMachine();
      this.#slots.reportIdle();
    }
    this.#changed();
  }

  /** Resolves when nothing runs on it any more. Each execution has a deadline, so that comes. */
  idle(): Promise<void> {
    return this.#slots.idle();
  }

  /**
   * Takes what the Watchdog says. The data channel is open while the machine is STARTING or READY: the session and the first
   * heartbeat need not wait for each other.
   */
  applyWatchdogState(news: MachineNews): void {
    const { state, generation } = news;
    const { generation: before } = this.#view;
    const isSameRun =
      isOfKeptRun(this.#view, news) && this.isConnected && this.#fault === undefined;
    const isOtherGeneration = generation !== before && !isSameRun;
    this.#view = afterNews(this.#view, news, { isSameRun });
    // Whoever ran an Executor or a Watchdog before may have used it.
    const mayBeUsed = state === 'ready' && (before === 0 || !news.isPristine);
    if (mayBeUsed || isSameRun) this.#usedGeneration = generation;
    if (generation !== before) this.#idleWatch.noteWork();
    // A Watchdog that knows nothing yet knows of nothing wrong.
    if (isOtherGeneration || state === 'reverting' || state === 'offline') this.closeSession();
    if (state === 'starting' || state === 'ready') this.#openLink(generation);
    if (state === 'ready') this.#link?.expectReady();
    this.#followFault(news);
    if (state === 'ready' && this.running === 0) this.#askForFreshMachine();
    if (state === 'ready' && news.load !== undefined) this.#lookAtLoad(news.load);
    this.#changed();
  }

  /** The Watchdog is away: a machine that was READY works on, until `distrust` or until it needs a revert. */
  loseWatchdog(absence: string): void {
    this.#view = afterSilence(this.#view, absence);
    this.#changed();
  }

  /** The Watchdog was away for too long: what runs goes on, and new work waits for its word. */
  distrust(): void {
    this.#view = afterLongSilence(this.#view);
    this.#changed();
  }

  /** No work until the Watchdog has decided. */
  cordon(fault: Fault): void {
    this.#fault = fault;
  }

  /** The Watchdog lets the machine go on as it is. */
  uncordon(): void {
    this.#fault = undefined;
    if (this.state === 'ready') {
      this.#openLink(this.generation, secondChanceDelayMs);
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
    return this.#router.listen(listener);
  }

  stopListening(execution: number): void {
    this.#router.stopListening(execution);
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
    return this.state === 'ready' && this.isConnected && !this.#isCordoned;
  }

  get #isCordoned(): boolean {
    return this.#fault?.generation === this.generation;
  }

  /** A Watchdog that was restarted knows nothing of a fault for which the one before has not reverted the machine. */
  #followFault(news: MachineNews): void {
    if (this.#fault === undefined || this.#isCordoned) return;
    if (news.isPristine) this.#fault = undefined;
    else if (news.state === 'ready') {
      this.#options.onFault(this, { ...this.#fault, generation: news.generation });
    }
  }

  #askForFreshMachine(): void {
    const { generation } = this;
    const isUsed = this.#options.isSingleUse && this.#usedGeneration === generation;
    if (!isUsed || this.#isCordoned) return;
    const detail = 'A program has run on it, and the next one is to have a fresh machine.';
    this.#options.onFault(this, { kind: 'used', detail, generation });
  }

  #lookAtLoad(load: { share: number; measuredAtMs: number }): void {
    if (!this.#idleWatch.take({ ...load, isRunning: this.running > 0 })) return;
    const detail = `It runs nothing, and uses ${Math.round(load.share * 100)} % of a processor.`;
    this.#options.onFault(this, { kind: 'busy while idle', detail, generation: this.generation });
  }

  #openLink(generation: number, connectDelayMs = 0): void {
    if (this.#link !== undefined) return;
    const { dataAddress, log } = this.#options;
    const session = new GuestSession({
      ...this.#options,
      address: dataAddress,
      generation,
      log: log.child({ machine: this.name, generation }),
      connectDelayMs,
      onReady: (ready) => this.#onReady(ready),
      onUnfit: () => this.#changed(),
      onLost: (reason) => this.#onLost(reason),
      onBody: (body, payload) => this.#router.route(body, payload),
      onFault: (fault) => {
        this.#link = undefined;
        this.#options.onFault(this, { ...fault, generation: this.generation });
      },
    });
    this.#link = session;
    session.start();
  }

  #onReady(ready: Ready): void {
    this.#ready = ready;
    this.#claims = claimsOf(ready);
    const { name, generation } = this;
    const details = { machine: name, generation, ...claimDetails(this.#claims) };
    this.#options.log.info({ ...details, reseeded: ready.reseeded }, 'the guest is ready');
    this.#changed();
  }

  #onLost(reason: string): void {
    this.#ready = undefined;
    this.#router.lose(reason);
    this.#changed();
  }
}
