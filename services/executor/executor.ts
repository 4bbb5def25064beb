// The Executor: checks programs, waits for a slot, runs them on a machine.

import { type Clock, sleep } from '../lib/process/clock.js';
import type { Log } from '../lib/process/log.js';
import type { Client } from '../lib/rpc/caller.js';
import { RpcError } from '../lib/rpc/error.js';
import { findLanguage, type OfferedLanguage } from './admission/catalogue.js';
import { AdmissionQueue } from './admission/queue.js';
import {
  checkProgram,
  maxNameLength,
  type Program,
  type ProgramLimits,
  type ProgramRequest,
} from './admission/request.js';
import type { TerminalSize } from './admission/terminal-size.js';
import { announceExecution } from './announcement.js';
import { type Availability, availabilityOf } from './availability.js';
import { cancelled, invalidProgram, machineNotReady, queueFull } from './errors.js';
import type { ExecutionEvent, ExecutionIdentity, ExecutionResult } from './execution/result.js';
import { startRun } from './execution/runner.js';
import { ExecutionTrace } from './execution/trace.js';
import { Intake } from './intake.js';
import type { FaultReporter } from './machine/fault-reporter.js';
import type { Machine } from './machine/machine.js';
import { latestGeneration, type MachineNews } from './machine/watchdog-view.js';
import { executionMetrics } from './metrics.js';
import { queuedAs } from './queue-name.js';
import { resultOf, summaryOf } from './run-end.js';
import {
  languagesOf,
  maySuit,
  requireSuitable,
  whyNoneServes,
  whyNotReady,
} from './suitable-machines.js';
import { WatchdogAbsence } from './watchdog-absence.js';

export interface ExecutorOptions {
  readonly machines: readonly Machine[];
  readonly limits: Omit<ProgramLimits, 'machines'>;
  readonly maxWaiting: number;
  /** How long a program whose output is not taken keeps a slot that others want. */
  readonly maxUnreadMs: number;
  readonly faults: FaultReporter;
  readonly log: Log;
  readonly newExecutionId: () => string;
  readonly clock: Clock;
}

export interface ExecutionRequest {
  readonly program: ProgramRequest;
  /** Whether the result holds the output; else only the sink gets it. */
  readonly keepsOutput: boolean;
  /** Tells the client that a machine takes its program, before the program can start. */
  readonly announce?: (identity: ExecutionIdentity) => void;
  /** Takes the events in order; holding it back slows the program. */
  readonly sink: (event: ExecutionEvent) => Promise<void>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly client: Client;
}

/** A request whose fields are all valid. */
interface CheckedRequest {
  readonly program: Program;
  readonly trace: ExecutionTrace;
  /** Called when nothing of the execution is left on its machine. */
  readonly onVacated: () => void;
}

/** An execution that has a slot on a machine. */
export interface RunningExecution {
  /** @throws RpcError if the execution ends without a result */
  readonly result: Promise<ExecutionResult>;
  writeInput(data: Uint8Array): Promise<void>;
  endInput(): void;
  signal(name: string): void;
  /** Absent if the program has no terminal. */
  readonly resize?: (size: TerminalSize) => void;
}

/** Checks programs, waits for a machine, runs them. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #queue: AdmissionQueue<Machine>;
  readonly #limits: ProgramLimits;
  readonly #running = new Set<Promise<unknown>>();
  readonly #absence: WatchdogAbsence<Machine>;
  readonly #metrics = executionMetrics();
  /** Whether it takes requests, as far as its operator and its process decide. */
  readonly intake = new Intake();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    const { machines, maxWaiting, clock } = options;
    this.#absence = new WatchdogAbsence(clock);
    this.#queue = new AdmissionQueue({ slots: machines, maxWaiting, clock });
    this.#limits = { ...options.limits, machines: machines.map(({ name }) => name) };
    for (const machine of machines) machine.onChange(() => this.#queue.update());
  }

  get machines(): readonly Machine[] {
    return this.#options.machines;
  }

  /** What the machines can run, each language once, sorted by name. */
  get languages(): readonly OfferedLanguage[] {
    return languagesOf(this.machines);
  }

  get availability(): Availability {
    return availabilityOf({
      intake: this.intake.state,
      slotsByMachine: this.machines.map((machine) => machine.promisedSlots),
      running: this.#running.size,
      waiting: this.#queue.waiting,
      whyNoMachine: () => whyNoneServes(this.machines),
    });
  }

  /** A machine that is not of this Executor's pool is ignored. */
  applyWatchdogState(name: string, news: MachineNews): void {
    const machine = this.machines.find((each) => each.name === name);
    if (machine === undefined) return;
    machine.applyWatchdogState(news);
    if (news.state !== 'unknown') this.#absence.end(machine);
  }

  /** The Watchdog is away. `absence` says so to clients. */
  loseWatchdog(absence: string): void {
    for (const machine of this.machines) this.#absence.begin(machine, absence);
  }

  /** Reports no more faults and closes all data channels, with what runs on them. */
  close(): void {
    this.#options.faults.stop();
    for (const machine of this.machines) {
      this.#absence.end(machine);
      machine.closeSession();
    }
  }

  /**
   * Takes no new requests any more, and refuses those that wait. Resolves when all executions have ended and their clients have read everything, or after the
   * limit: programs have deadlines, clients have none.
   */
  async stop(limitMs: number): Promise<void> {
    this.intake.stop();
    this.#queue.clear();
    const ended = new AbortController();
    const all = Promise.allSettled(this.#running);
    await Promise.race([all, sleep(this.#options.clock, limitMs, ended.signal)]);
    ended.abort();
  }

  /**
   * Runs a program to its end, without standard input beyond the request's.
   *
   * @throws RpcError
   */
  async execute(request: ExecutionRequest): Promise<ExecutionResult> {
    const running = await this.begin(request);
    running.endInput();
    return await running.result;
  }

  /**
   * Resolves when a machine has taken the program.
   *
   * @throws RpcError
   */
  async begin(request: ExecutionRequest): Promise<RunningExecution> {
    // A client that goes away still counts as long as its program is on a machine.
    const leave = request.client.holdPlace?.() ?? (() => undefined);
    try {
      return await this.#begin(request, leave);
    } catch (error) {
      leave();
      this.#reportRejection(request, RpcError.from(error));
      throw error;
    }
  }

  async #begin(request: ExecutionRequest, onVacated: () => void): Promise<RunningExecution> {
    this.intake.requireOpen();
    const checked = checkProgram(request.program, this.#limits);
    if ('violations' in checked) throw invalidProgram(checked.violations);
    const { program } = checked;
    requireSuitable(this.machines, program);
    const trace = new ExecutionTrace(program);
    return await trace.begin(() => this.#run(request, { program, trace, onVacated }));
  }

  async #run(request: ExecutionRequest, checked: CheckedRequest): Promise<RunningExecution> {
    const { program, trace, onVacated } = checked;
    const queueName = queuedAs(request.client, program.requester);
    const machine = await this.#admit(program, { client: queueName, signal: request.signal });
    const identity = {
      executionId: this.#options.newExecutionId(),
      requestId: program.requestId,
      machine: machine.name,
      generation: machine.generation,
      language: findLanguage(machine.languages, program.language)?.name ?? program.language,
    };
    try {
      await announceExecution(request, identity);
      this.intake.requireNoStop();
      if (!machine.isConnected) throw machineNotReady(whyNotReady(this.machines, program));
    } catch (error) {
      this.#queue.leave(queueName);
      machine.vacate();
      throw error;
    }
    trace.onAdmitted(identity);
    const { keepsOutput, sink, signal, client } = request;
    const { faults, log, clock, maxUnreadMs } = this.#options;
    const nowMs = () => clock.nowMs();
    const startedAtMs = nowMs();
    log.debug({ ...identity, client: client.name }, 'execution started');
    const run = startRun({
      machine,
      program,
      identity,
      keepsOutput,
      sink,
      nowMs,
      maxUnreadMs,
      isSlotWanted: () => this.#queue.isWantedByOthers(machine, queueName),
      onFault: (fault) => {
        const generation = latestGeneration(machine.watched, identity.generation);
        trace.within(() => faults.report(machine, { ...fault, ...identity, generation }));
      },
      onStep: (step) => trace.onStep(step),
    });
    void run.vacated.then(() => {
      this.#queue.leave(queueName);
      machine.vacate();
      onVacated();
    });
    const cancel = () => run.stop('cancelled');
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    const result = run.ended.then((end) => {
      signal.removeEventListener('abort', cancel);
      const durationMs = nowMs() - startedAtMs;
      log.info({ ...identity, client: client.name, ...summaryOf(end), durationMs }, 'execution');
      this.#metrics.ended(identity.language, end, durationMs);
      trace.end(end);
      return resultOf(end, machine.name);
    });
    this.#running.add(result);
    // The caller may fail before it looks at the result.
    result.catch(() => undefined).finally(() => this.#running.delete(result));
    return {
      result,
      writeInput: (data) => run.writeInput(data),
      endInput: () => run.endInput(),
      signal: (name) => run.signal(name),
      ...(program.terminal === undefined ? {} : { resize: (size) => run.resize(size) }),
    };
  }

  /** Counted, and logged for debugging only: a client can cause as many as it likes. */
  #reportRejection({ program, client }: ExecutionRequest, { reason, message }: RpcError): void {
    this.#metrics.refused(reason);
    const requestId = program.requestId.slice(0, maxNameLength);
    this.#options.log.debug(
      { requestId, client: client.name, reason, message },
      'execution refused',
    );
  }

  async #admit(program: Program, whom: { client: string; signal: AbortSignal }): Promise<Machine> {
    const suits = (machine: Machine) => maySuit(machine, program);
    const maxReturnMs = program.maxWaitMs;
    const enteredAtMs = this.#options.clock.nowMs();
    const admission = await this.#queue.enter({ suits, ...whom, maxReturnMs });
    const outcome = admission.kind === 'admitted' ? admission.kind : admission.reason;
    this.#metrics.waited(program.language, outcome, this.#options.clock.nowMs() - enteredAtMs);
    if (admission.kind === 'admitted') return admission.slots;
    this.intake.requireNoStop();
    switch (admission.reason) {
      case 'queue full':
        throw queueFull(this.#queue.waiting);
      case 'no slot':
        // A machine that has come back may lack the language.
        requireSuitable(this.machines, program);
        throw machineNotReady(whyNotReady(this.machines, program));
      case 'waited long':
        throw machineNotReady(whyNotReady(this.machines, program), maxReturnMs);
      case 'withdrawn':
        throw cancelled();
    }
  }
}
