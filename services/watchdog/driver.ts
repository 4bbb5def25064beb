// Carries out the policy for one machine: one queue of events goes in, and each command of the policy is carried out.

import type { Clock } from '../lib/process/clock.js';
import type { Log } from '../lib/process/log.js';
import {
  RecoveryStoppedError,
  RevertDisabledError,
  RevertFailedError,
  RevertUnfinishedError,
} from './errors.js';
import type { HeartbeatChannel, HeartbeatListener } from './heartbeat-channel.js';
import {
  type FaultReason,
  judgeReport,
  type Machine,
  type MachineEvent,
  type ReportVerdict,
} from './machine-state.js';
import {
  type DomainQuestion,
  newRecovery,
  type RecoveryCommand,
  type RecoveryEvent,
  type RecoveryRules,
  type RecoveryState,
  type TimerName,
} from './policy/state.js';
import { step } from './policy/step.js';
import type { Registry } from './registry.js';
import { RevertTrace } from './revert-trace.js';
import { NoSnapshotError, type SnapshotClient } from './snapshot-client.js';

export interface RecoveryOptions {
  /** Name of the machine in the registry. */
  readonly machine: string;
  readonly snapshotName: string;
  readonly rules: RecoveryRules;
  readonly registry: Registry;
  readonly snapshot: SnapshotClient;
  readonly createChannel: (listener: HeartbeatListener) => HeartbeatChannel;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps one machine alive: listens to its heartbeat, has it reverted when it is silent, gone or faulty, and awaits its
 * first heartbeat afterwards. What to do is decided by `step` alone.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #channel: HeartbeatChannel;
  readonly #trace = new RevertTrace();
  readonly #queue: RecoveryEvent[] = [];
  readonly #timers = new Map<TimerName, () => void>();
  /** Aborted when a revert under way is no longer waited for. */
  readonly #abandon = new AbortController();
  #state: RecoveryState;
  #isDraining = false;
  /** Aborted when the phase ends that the calls under way belong to. */
  #phase = new AbortController();
  /** The revert under way, or the last one. */
  #revert: Promise<void> = Promise.resolve();

  constructor(options: RecoveryOptions) {
    this.#options = options;
    const { registry, machine, rules, clock } = options;
    this.#state = newRecovery(registry.get(machine), rules, clock.nowMs());
    this.#channel = options.createChannel({
      onConnected: () => this.#take({ kind: 'connected' }),
      onBeat: () => this.#take({ kind: 'beat' }),
      onClosed: () => this.#take({ kind: 'closed' }),
    });
  }

  start(): void {
    this.#take({ kind: 'begun' });
  }

  /** Stops listening. A revert under way is waited for, at most `graceMs`: a machine is never left half reverted. */
  async stop(graceMs: number): Promise<void> {
    this.#take({ kind: 'stop' });
    const cancel = this.#options.clock.schedule(graceMs, () => this.#abandon.abort());
    await this.#revert;
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
    this.#refuseWhenStopping();
    const { noRevert } = this.#options.rules;
    const verdict = judgeReport(this.#state.machine, { ...report, noRevert });
    this.#take({ kind: 'fault-reported', ...report });
    return verdict;
  }

  /**
   * Reverts the machine, or joins the revert under way, and resolves when it beats again.
   *
   * @throws RevertDisabledError, RevertFailedError, RevertUnfinishedError, RecoveryStoppedError
   */
  async revert(signal: AbortSignal): Promise<Machine> {
    const { machine: name, rules, registry } = this.#options;
    if (rules.noRevert) {
      throw new RevertDisabledError(`PBOTVM_NOREVERT is set: machine ${name} is never reverted.`);
    }
    this.#refuseWhenStopping();
    this.#take({ kind: 'revert-requested' });
    for await (const machines of registry.watch(signal)) {
      const machine = machines.find((candidate) => candidate.name === name);
      if (machine === undefined || machine.state === 'reverting') continue;
      if (machine.state === 'offline') throw new RevertFailedError(machine.stateDetail);
      // It goes on without a revert.
      if (!machine.isPristine) {
        throw new RevertFailedError(
          `Machine ${name} ${machine.revertObstacle ?? 'was not reverted'}`,
        );
      }
      if (machine.state === 'ready') return machine;
    }
    throw new RevertUnfinishedError(`The revert of machine ${name} is not waited for any more.`);
  }

  /** Nobody would carry out what starts now. */
  #refuseWhenStopping(): void {
    if (this.#state.activity.kind !== 'stopping') return;
    throw new RecoveryStoppedError('The Watchdog is stopping.');
  }

  /** Events are taken one after the other: what a command sets off at once waits until all commands are carried out. */
  #take(event: RecoveryEvent): void {
    this.#queue.push(event);
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#step(next);
      }
    } finally {
      this.#isDraining = false;
    }
  }

  #step(event: RecoveryEvent): void {
    const { clock, rules } = this.#options;
    const { state, commands } = step(this.#state, event, { nowMs: clock.nowMs(), rules });
    if (state.phase !== this.#state.phase) this.#endPhase();
    this.#state = state;
    for (const command of commands) this.#carryOut(command);
  }

  #endPhase(): void {
    this.#phase.abort();
    this.#phase = new AbortController();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #carryOut(command: RecoveryCommand): void {
    switch (command.kind) {
      case 'publish':
        return this.#publish(command.event, command.machine);
      case 'open-channel':
        return this.#channel.open();
      case 'close-channel':
        return this.#channel.close();
      case 'probe':
        return this.#channel.probe();
      case 'set-timer':
        return this.#setTimer(command.timer, command.delayMs);
      case 'ask-domain':
        return void this.#askDomain(command.question);
      case 'start-domain':
        return void this.#startDomain();
      case 'revert':
        this.#revert = this.#revertDomain();
        return;
      case 'save-snapshot':
        return void this.#saveSnapshot();
      case 'measure-load':
        return void this.#measureLoad();
    }
  }

  #publish(event: MachineEvent, machine: Machine): void {
    this.#trace.within(() => this.#options.registry.publish(event, machine));
    this.#trace.follow(event, machine);
  }

  #setTimer(timer: TimerName, delayMs: number): void {
    const { phase } = this.#state;
    this.#timers.get(timer)?.();
    const cancel = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      this.#take({ kind: 'timer', timer, phase });
    });
    this.#timers.set(timer, cancel);
  }

  async #askDomain(question: DomainQuestion): Promise<void> {
    const { snapshot, snapshotName } = this.#options;
    const { signal, phase, domain } = this.#call();
    const target = { domain, snapshot: snapshotName };
    const level = question === 'snapshot' ? 'debug' : 'warn';
    const view = await snapshot.getDomain(target, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#log[level](messageOf(error));
      return undefined;
    });
    const { condition, obstacle } = view ?? { condition: undefined, obstacle: undefined };
    this.#take({ kind: 'domain-seen', question, condition, obstacle, phase });
  }

  async #startDomain(): Promise<void> {
    const { snapshot, snapshotName } = this.#options;
    const { signal, phase, domain } = this.#call();
    this.#log.info('the domain is shut off: starting it');
    try {
      const started = await snapshot.start({ domain, snapshot: snapshotName }, signal);
      this.#take({ kind: 'domain-started', ...started, phase });
    } catch (error) {
      this.#take({ kind: 'start-failed', detail: messageOf(error), phase });
    }
  }

  /** Does not end with the phase: a revert that stops half-way leaves a machine that is neither old nor new. */
  async #revertDomain(): Promise<void> {
    const { snapshot, snapshotName } = this.#options;
    const target = { domain: this.#state.machine.domain, snapshot: snapshotName };
    try {
      const revert = () => snapshot.revert(target, this.#abandon.signal);
      const { how, needsSnapshot } = await this.#trace.within(revert);
      this.#take({ kind: 'revert-succeeded', how, needsSnapshot });
    } catch (error) {
      const obstacle = error instanceof NoSnapshotError ? error.obstacle : undefined;
      this.#take({ kind: 'revert-failed', detail: messageOf(error), obstacle });
    }
  }

  async #saveSnapshot(): Promise<void> {
    const { snapshot, snapshotName } = this.#options;
    const { signal, phase, domain } = this.#call();
    this.#log.info({ snapshot: snapshotName }, 'saving a new snapshot');
    try {
      await snapshot.create({ domain, snapshot: snapshotName }, signal);
    } catch (error) {
      // The machine is as good as new: it can work, and the next fault tries again.
      if (!signal.aborted) this.#log.error(`no snapshot could be saved: ${messageOf(error)}`);
    }
    this.#take({ kind: 'saving-ended', phase });
  }

  async #measureLoad(): Promise<void> {
    const { snapshot, clock } = this.#options;
    const { signal, phase, domain } = this.#call();
    const timeMs = clock.nowMs();
    const usedMs = await snapshot.processorTimeMs(domain, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#log.debug(messageOf(error));
      return undefined;
    });
    this.#take({ kind: 'load-measured', usedMs, timeMs, phase });
  }

  /** What a call to the Snapshot service that belongs to the present phase needs. */
  #call(): { signal: AbortSignal; phase: number; domain: string } {
    const { phase, machine } = this.#state;
    return { signal: this.#phase.signal, phase, domain: machine.domain };
  }

  get #log(): Log {
    const { name, domain } = this.#state.machine;
    return this.#options.log.child({ machine: name, domain });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
