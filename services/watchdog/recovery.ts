import type { Log } from '../lib/process/log.js';
import { type Clock, sleep } from './clock.js';
import {
  afterBeat,
  afterConnect,
  afterProbe,
  beginListening,
  defaultHeartbeatBounds,
  type HeartbeatBounds,
  type HeartbeatView,
  look,
} from './heartbeat.js';
import type { HeartbeatChannel, HeartbeatListener } from './heartbeat-channel.js';
import {
  type FaultReason,
  judgeReport,
  type Machine,
  type MachineEvent,
  type MachineState,
  type ReportVerdict,
} from './machine-state.js';
import type { Registry } from './registry.js';
import { RevertTrace } from './revert-trace.js';
import type { DomainCondition, SnapshotClient } from './snapshot-client.js';

/** Times and numbers that bound the recovery of a machine. */
export interface RecoveryBounds {
  readonly heartbeat: HeartbeatBounds;
  /** From the start or the end of a revert to the first heartbeat. */
  readonly firstHeartbeatMs: number;
  /** Reverts that may fail one after the other before the machine is given up as offline. */
  readonly maxFailedReverts: number;
  /** After the first failed revert; doubled after each further one. */
  readonly minRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** A fault so soon after a machine was ready, and of no program, is in what it was reverted to. */
  readonly earlyFaultMs: number;
  /** Early faults in a row whose reverts begin at once; from then on they wait like those after a failed one. */
  readonly freeEarlyFaults: number;
  /** Between the first two looks at a domain that is not known to run; doubled after each further one. */
  readonly minPollDelayMs: number;
  readonly maxPollDelayMs: number;
  /** Between two looks at a ready machine's use of processors. */
  readonly loadIntervalMs: number;
}

export const defaultRecoveryBounds: RecoveryBounds = {
  heartbeat: defaultHeartbeatBounds,
  firstHeartbeatMs: 60_000,
  maxFailedReverts: 5,
  minRetryDelayMs: 1_000,
  maxRetryDelayMs: 30_000,
  earlyFaultMs: 1_000,
  freeEarlyFaults: 5,
  minPollDelayMs: 250,
  maxPollDelayMs: 5_000,
  loadIntervalMs: 5_000,
};

/** PBOTVM_NOREVERT forbids what an operator asked for. */
export class RevertDisabledError extends Error {
  override readonly name = 'RevertDisabledError';
}

/** The revert that an operator waited for has failed. The message says why. */
export class RevertFailedError extends Error {
  override readonly name = 'RevertFailedError';
}

/** Nobody waits any more for the revert, or the Watchdog stops. It may still end well. */
export class RevertUnfinishedError extends Error {
  override readonly name = 'RevertUnfinishedError';
}

/** The Watchdog stops: it takes no more faults. */
export class RecoveryStoppedError extends Error {
  override readonly name = 'RecoveryStoppedError';
}

export interface RecoveryOptions {
  /** Name of the machine in the registry. */
  readonly machine: string;
  readonly snapshotName: string;
  /** Never revert and never start the machine: only tell how it is. */
  readonly noRevert: boolean;
  readonly registry: Registry;
  readonly snapshot: SnapshotClient;
  readonly createChannel: (listener: HeartbeatListener) => HeartbeatChannel;
  readonly clock: Clock;
  readonly log: Log;
  readonly bounds: RecoveryBounds;
}

/**
 * Keeps one machine alive: listens to its heartbeat, has it reverted when it is silent, gone or faulty, and awaits its
 * first heartbeat afterwards. Its life is a loop over the machine's state; each state is a phase that is aborted as
 * soon as the state changes, whoever changes it.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #channel: HeartbeatChannel;
  #heartbeat: HeartbeatView;
  #phase = new AbortController();
  #domainWatch: AbortSignal | undefined;
  #offlineCause: OfflineCause = 'domain';
  #failedReverts = 0;
  /** In a row. */
  #earlyFaults = 0;
  #readySinceMs = 0;
  /** The run that a fault was found in has not ended yet. Its beats count for nothing, however well it beats. */
  #isFaultyRunAlive = false;
  /** It was made anew, and has no snapshot to go back to yet. */
  #needsSnapshot = false;
  /** Aborted when a revert under way is no longer waited for. */
  readonly #abandon = new AbortController();
  /** Beats do not count before it is done. */
  #saving: Promise<void> | undefined;
  readonly #trace = new RevertTrace();
  #isStopping = false;
  #life: Promise<void> = Promise.resolve();

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#heartbeat = beginListening(options.clock.nowMs());
    this.#channel = options.createChannel({
      onConnected: () => this.#onConnected(),
      onBeat: () => this.#onBeat(),
      onClosed: () => this.#onClosed(),
    });
  }

  start(): void {
    this.#channel.open();
    this.#life = this.#live();
  }

  /** Stops listening. A revert under way is waited for, at most `graceMs`: a machine is never left half reverted. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#phase.abort();
    const cancel = this.#options.clock.schedule(graceMs, () => this.#abandon.abort());
    await this.#life;
    cancel();
    this.#trace.end();
    this.#channel.close();
  }

  /**
   * Takes a report of a fault. Returns at once; a revert that it starts goes on by itself.
   *
   * @throws RecoveryStoppedError
   */
  reportFault(report: {
    generation: number;
    reason: FaultReason;
    detail: string;
    /** A program was running, and may be to blame. */
    isOfExecution: boolean;
  }): ReportVerdict {
    const { noRevert } = this.#options;
    const { reason, detail } = report;
    this.#refuseWhenStopping();
    const verdict = judgeReport(this.#machine, { generation: report.generation, noRevert });
    switch (verdict) {
      case 'start':
        this.#countEarlyFault(report);
        this.#beginRevert({ reason, detail });
        return verdict;
      case 'ignored':
        this.#apply({ kind: 'fault-ignored', reason, detail });
        return verdict;
      case 'handled':
      case 'refused':
        return verdict;
    }
  }

  /**
   * Reverts the machine, or joins the revert under way, and resolves when it beats again.
   *
   * @throws RevertDisabledError, RevertFailedError, RevertUnfinishedError, RecoveryStoppedError
   */
  async revert(signal: AbortSignal): Promise<Machine> {
    const { machine: name, noRevert, registry } = this.#options;
    if (noRevert) {
      throw new RevertDisabledError(`PBOTVM_NOREVERT is set: machine ${name} is never reverted.`);
    }
    this.#refuseWhenStopping();
    if (this.#machine.revertStartTimeMs === undefined) {
      this.#failedReverts = 0;
      this.#earlyFaults = 0;
      this.#beginRevert({ reason: 'operator', detail: 'An operator asked for a revert.' });
    }
    for await (const machines of registry.watch(signal)) {
      const machine = machines.find((candidate) => candidate.name === name);
      if (machine?.state === 'ready') return machine;
      if (machine?.state === 'offline') throw new RevertFailedError(machine.stateDetail);
    }
    throw new RevertUnfinishedError(`The revert of machine ${name} is not waited for any more.`);
  }

  /** Nobody would carry out what is begun now. */
  #refuseWhenStopping(): void {
    if (this.#isStopping) throw new RecoveryStoppedError('The Watchdog is stopping.');
  }

  get #machine(): Machine {
    return this.#options.registry.get(this.#options.machine);
  }

  async #live(): Promise<void> {
    while (!this.#isStopping) {
      this.#phase = new AbortController();
      await this.#livePhase(this.#machine.state, this.#phase.signal);
    }
  }

  #livePhase(state: MachineState, signal: AbortSignal): Promise<void> {
    switch (state) {
      case 'unknown':
        return this.#findDomain(signal);
      case 'starting':
        return this.#awaitFirstBeat(signal);
      case 'ready':
        return this.#guard(signal);
      case 'reverting':
        return this.#revertOnce(signal);
      case 'offline':
        return this.#awaitReturn(signal);
    }
  }

  /** Looks at a domain that is not known to run until it does, starting it where it is off. */
  async #findDomain(signal: AbortSignal): Promise<void> {
    const { bounds, clock } = this.#options;
    for (let delayMs = bounds.minPollDelayMs; !signal.aborted; delayMs *= 2) {
      const condition = await this.#askDomain(signal);
      if (signal.aborted) return;
      if (condition !== undefined) await this.#actOnDomain(condition, signal);
      await sleep(clock, Math.min(delayMs, bounds.maxPollDelayMs), signal);
    }
  }

  async #actOnDomain(condition: DomainCondition, signal: AbortSignal): Promise<void> {
    switch (condition) {
      case 'running':
      case 'paused':
      case 'other':
        return this.#actOnRunningDomain(condition);
      case 'crashed':
        return this.#lose({ reason: 'machine-gone', condition });
      case 'shut-off':
        if (this.#options.noRevert) return this.#goOffline('domain', this.#describe(condition));
        return this.#startDomain(signal);
      case 'not-found':
        return this.#goOffline('domain', this.#describe(condition));
    }
  }

  #actOnRunningDomain(condition: DomainCondition): void {
    const machine = this.#machine;
    const cause = machine.state === 'offline' ? this.#offlineCause : 'domain';
    switch (cause) {
      case 'domain': {
        const detail = `${this.#describe(condition)} Its first heartbeat is awaited.`;
        return this.#apply({ kind: 'domain-up', detail });
      }
      case 'silence':
        return;
      case 'reverts': {
        // One more try, which leads back here if it fails.
        this.#failedReverts = this.#options.bounds.maxFailedReverts - 1;
        const reason = machine.lastFault?.reason ?? 'machine-gone';
        return this.#beginRevert({ reason, detail: 'It is offline, and is tried again.' });
      }
    }
  }

  async #startDomain(signal: AbortSignal): Promise<void> {
    const { snapshot, snapshotName, log } = this.#options;
    const { domain, name } = this.#machine;
    log.info({ machine: name, domain }, 'the domain is shut off: starting it');
    this.#channel.close();
    try {
      const target = { domain, snapshot: snapshotName };
      const { how, needsSnapshot } = await snapshot.start(target, signal);
      if (signal.aborted) return;
      this.#isFaultyRunAlive = false;
      this.#needsSnapshot = needsSnapshot;
      const detail = `The domain ${domain} was started ${how}. Its first heartbeat is awaited.`;
      this.#apply({ kind: 'domain-up', detail });
    } catch (error) {
      if (signal.aborted) return;
      const cause = this.#machine.state === 'offline' ? this.#offlineCause : 'domain';
      this.#goOffline(
        cause,
        `The domain ${domain} is shut off, and its start failed: ${messageOf(error)}`,
      );
    } finally {
      // A revert that came between keeps it closed until it is through.
      if (this.#machine.state !== 'reverting') this.#channel.open();
    }
  }

  async #awaitFirstBeat(signal: AbortSignal): Promise<void> {
    const { bounds, clock } = this.#options;
    this.#watchDomainWhileCutOff();
    let deadlineMs = clock.nowMs() + bounds.firstHeartbeatMs;
    while (!signal.aborted) {
      if (this.#saving !== undefined) deadlineMs = clock.nowMs() + bounds.firstHeartbeatMs;
      const leftMs = deadlineMs - clock.nowMs();
      if (leftMs <= 0) {
        const detail = `No heartbeat came within ${seconds(bounds.firstHeartbeatMs)} of its start.`;
        return this.#lose({ reason: 'heartbeat-lost', detail });
      }
      this.#probe();
      await sleep(clock, Math.min(leftMs, bounds.heartbeat.probeIntervalMs), signal);
    }
  }

  async #guard(signal: AbortSignal): Promise<void> {
    const { bounds, clock } = this.#options;
    this.#failedReverts = 0;
    this.#readySinceMs = clock.nowMs();
    this.#watchDomainWhileCutOff();
    void this.#measureLoad(signal);
    while (!signal.aborted) {
      const { view, verdict } = look(this.#heartbeat, bounds.heartbeat, clock.nowMs());
      this.#heartbeat = view;
      switch (verdict.kind) {
        case 'silent': {
          const detail = `It has been silent for ${seconds(verdict.silentMs)}.`;
          return this.#lose({ reason: 'heartbeat-lost', detail });
        }
        case 'alive':
          if (verdict.isProbeDue) this.#probe();
          await sleep(clock, verdict.nextLookMs, signal);
      }
    }
  }

  /** Tells how busy the machine is for as long as it is ready; whether that is right is for those who give it work. */
  async #measureLoad(signal: AbortSignal): Promise<void> {
    const { bounds, clock, snapshot, log } = this.#options;
    const { domain, name } = this.#machine;
    let last: { usedMs: number; timeMs: number } | undefined;
    for (;;) {
      await sleep(clock, bounds.loadIntervalMs, signal);
      if (signal.aborted) return;
      const timeMs = clock.nowMs();
      const usedMs = await snapshot.processorTimeMs(domain, signal).catch((error: unknown) => {
        if (!signal.aborted) log.debug({ machine: name, domain }, messageOf(error));
        return undefined;
      });
      if (signal.aborted) return;
      if (last !== undefined && usedMs !== undefined) {
        this.#apply({
          kind: 'load',
          share: Math.max(0, usedMs - last.usedMs) / Math.max(1, timeMs - last.timeMs),
        });
      }
      last = usedMs === undefined ? undefined : { usedMs, timeMs };
    }
  }

  async #revertOnce(signal: AbortSignal): Promise<void> {
    const { snapshot, snapshotName, clock } = this.#options;
    await sleep(clock, this.#retryDelayMs(), signal);
    if (signal.aborted) return;
    const { domain } = this.#machine;
    try {
      // Not aborted with the phase: who stops half-way leaves a machine that is neither old nor new.
      const target = { domain, snapshot: snapshotName };
      const { how, needsSnapshot } = await this.#trace.within(() =>
        snapshot.revert(target, this.#abandon.signal),
      );
      this.#isFaultyRunAlive = false;
      this.#needsSnapshot = needsSnapshot;
      const detail = `The domain ${domain} was reverted ${how}. Its first heartbeat is awaited.`;
      this.#apply({ kind: 'reverted', detail });
      if (!this.#isStopping) this.#channel.open();
    } catch (error) {
      this.#failRevert(messageOf(error));
    }
  }

  async #awaitReturn(signal: AbortSignal): Promise<void> {
    const { bounds, clock } = this.#options;
    this.#channel.open();
    // The reverts that failed were several looks already.
    const isGivenUp = this.#offlineCause === 'reverts';
    const delayMs = isGivenUp ? bounds.maxRetryDelayMs : bounds.minPollDelayMs;
    await sleep(clock, delayMs, signal);
    await this.#findDomain(signal);
  }

  #retryDelayMs(): number {
    const { minRetryDelayMs, maxRetryDelayMs, freeEarlyFaults } = this.#options.bounds;
    const failures = Math.max(this.#failedReverts, this.#earlyFaults - freeEarlyFaults);
    if (failures <= 0) return 0;
    return Math.min(maxRetryDelayMs, minRetryDelayMs * 2 ** (failures - 1));
  }

  /** A snapshot that is bad would have the machine reverted several times a second. */
  #countEarlyFault(fault: { reason: FaultReason; isOfExecution: boolean }): void {
    const { clock, bounds } = this.#options;
    const isEarly =
      fault.reason !== 'used' &&
      !fault.isOfExecution &&
      this.#machine.state === 'ready' &&
      clock.nowMs() - this.#readySinceMs < bounds.earlyFaultMs;
    this.#earlyFaults = isEarly ? this.#earlyFaults + 1 : 0;
  }

  #onConnected(): void {
    this.#heartbeat = afterConnect(this.#heartbeat);
    // A guest that answers probes shows at once that it lives.
    this.#probe();
  }

  #onBeat(): void {
    if (this.#isFaultyRunAlive) return;
    if (this.#needsSnapshot) {
      this.#needsSnapshot = false;
      this.#saving = this.#saveSnapshot(this.#phase.signal);
    }
    if (this.#saving !== undefined) return;
    this.#heartbeat = afterBeat(this.#heartbeat, this.#options.clock.nowMs());
    this.#apply({ kind: 'heartbeat' });
  }

  /** Before anything runs on it: what is saved is what every later execution begins with. */
  async #saveSnapshot(signal: AbortSignal): Promise<void> {
    const { snapshot, snapshotName, log } = this.#options;
    const { domain, name } = this.#machine;
    log.info({ machine: name, domain, snapshot: snapshotName }, 'saving a new snapshot');
    try {
      await snapshot.create({ domain, snapshot: snapshotName }, signal);
    } catch (error) {
      if (signal.aborted) return;
      // It is as good as new: it can work, and the next fault tries again.
      log.error({ machine: name, domain }, `no snapshot could be saved: ${messageOf(error)}`);
    } finally {
      this.#saving = undefined;
    }
    if (!signal.aborted) this.#probe();
  }

  #onClosed(): void {
    // Only the end of QEMU closes the channel, and what it ran ends with it.
    this.#isFaultyRunAlive = false;
    const { state } = this.#machine;
    if (state === 'starting' || state === 'ready') this.#watchDomainWhileCutOff();
  }

  #probe(): void {
    this.#channel.probe();
    this.#heartbeat = afterProbe(this.#heartbeat, this.#options.clock.nowMs());
  }

  /** A QEMU that died closes the channel: libvirt is asked at once, long before the silence is too long. */
  #watchDomainWhileCutOff(): void {
    const { signal } = this.#phase;
    if (this.#channel.isConnected || this.#domainWatch === signal) return;
    this.#domainWatch = signal;
    void this.#watchDomain(signal);
  }

  async #watchDomain(signal: AbortSignal): Promise<void> {
    const { bounds, clock } = this.#options;
    // libvirt may take a moment to notice a death that the channel tells at once.
    for (let delayMs = minCutOffDelayMs; !signal.aborted; delayMs *= 2) {
      if (this.#channel.isConnected) break;
      const condition = await this.#askDomain(signal);
      if (signal.aborted) return;
      if (condition === 'shut-off' || condition === 'crashed' || condition === 'not-found') {
        return this.#lose({ reason: 'machine-gone', condition });
      }
      await sleep(clock, Math.min(delayMs, bounds.heartbeat.probeIntervalMs), signal);
    }
    if (this.#domainWatch === signal) this.#domainWatch = undefined;
  }

  /** How the domain is, or undefined where the Snapshot service can't tell. */
  async #askDomain(signal: AbortSignal): Promise<DomainCondition | undefined> {
    const { snapshot, log } = this.#options;
    const { domain, name } = this.#machine;
    try {
      return await snapshot.getDomain(domain, signal);
    } catch (error) {
      if (!signal.aborted) log.warn({ machine: name, domain }, messageOf(error));
      return undefined;
    }
  }

  /** Acts on a machine that is silent or dead. */
  #lose(loss: Loss): void {
    const detail = 'detail' in loss ? loss.detail : this.#describe(loss.condition);
    const { reason } = loss;
    if (this.#options.noRevert) {
      const advice = 'PBOTVM_NOREVERT is set: it is not reverted.';
      const cause = reason === 'machine-gone' ? 'domain' : 'silence';
      return this.#goOffline(cause, 'detail' in loss ? `${detail} ${advice}` : detail);
    }
    const { state, revertStartTimeMs } = this.#machine;
    const isRevertFailed = state === 'starting' && revertStartTimeMs !== undefined;
    if (isRevertFailed && this.#countFailedRevert(detail)) return;
    this.#beginRevert({ reason, detail });
  }

  #failRevert(detail: string): void {
    if (this.#countFailedRevert(detail)) return;
    this.#apply({ kind: 'revert-failed', detail: `A revert failed: ${detail}` });
  }

  /** Returns true where it was one too many, and the machine is offline now. */
  #countFailedRevert(detail: string): boolean {
    this.#failedReverts += 1;
    const { maxFailedReverts } = this.#options.bounds;
    if (this.#failedReverts < maxFailedReverts) return false;
    const sentence = `${maxFailedReverts} reverts in a row failed. The last one: ${detail}`;
    this.#goOffline('reverts', sentence);
    return true;
  }

  #beginRevert(fault: { reason: FaultReason; detail: string }): void {
    // Closed in the same turn: no beat of the old run can come after this.
    this.#channel.close();
    this.#isFaultyRunAlive = true;
    this.#apply({ kind: 'fault', ...fault });
  }

  #goOffline(cause: OfflineCause, detail: string): void {
    this.#offlineCause = cause;
    const { state, stateDetail } = this.#machine;
    if (state !== 'offline' || stateDetail !== detail) this.#apply({ kind: 'lost', detail });
  }

  #describe(condition: DomainCondition): string {
    const { domain } = this.#machine;
    switch (condition) {
      case 'running':
        return `The domain ${domain} runs.`;
      case 'paused':
        return `The domain ${domain} is paused.`;
      case 'other':
        return `The domain ${domain} is in a state between running and off.`;
      case 'crashed':
        return `The domain ${domain} has crashed.`;
      case 'shut-off':
        if (!this.#options.noRevert) return `The domain ${domain} is shut off.`;
        return (
          `The domain ${domain} is shut off, and PBOTVM_NOREVERT is set: ` +
          `start it with "virsh start ${domain}" or "pbot-vm up".`
        );
      case 'not-found':
        return (
          `libvirt has no domain "${domain}": make it with "pbot-vm up", ` +
          'or name the right one in PBOTVM_DOMAIN.'
        );
    }
  }

  /** The only way to a new state: it ends the phase of the old one. */
  #apply(event: MachineEvent): void {
    const { registry, machine: name, clock } = this.#options;
    const before = this.#machine;
    const after = this.#trace.within(() => registry.apply(name, event));
    this.#trace.follow(event, after);
    // What was learnt of the guest belongs to the old run.
    if (after.generation !== before.generation) this.#heartbeat = beginListening(clock.nowMs());
    if (after.state !== before.state) this.#phase.abort();
  }
}

/** Why a machine is offline: its domain does not run, it is silent and must not be reverted, or its reverts failed. */
type OfflineCause = 'domain' | 'silence' | 'reverts';

type Loss =
  | { readonly reason: 'heartbeat-lost'; readonly detail: string }
  | { readonly reason: 'machine-gone'; readonly condition: DomainCondition };

const minCutOffDelayMs = 100;

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
