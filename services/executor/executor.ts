import { sleep, systemClock } from '../lib/process/clock.js';
import type { Log } from '../lib/process/log.js';
import type { Client } from '../lib/rpc/caller.js';
import { RpcError } from '../lib/rpc/error.js';
import { findLanguage, type OfferedLanguage } from './admission/catalogue.js';
import { checkRoom } from './admission/limits.js';
import { AdmissionQueue } from './admission/queue.js';
import {
  checkProgram,
  checkSourceFile,
  maxNameLength,
  type Program,
  type ProgramLimits,
  type ProgramRequest,
  type TerminalSize,
} from './admission/request.js';
import type { Violation } from './admission/violation.js';
import {
  cancelled,
  invalidProgram,
  languageNotSupported,
  machineLost,
  machineNotReady,
  queueFull,
  refusedByGuest,
  shuttingDown,
} from './errors.js';
import type { ExecutionEvent, ExecutionResult } from './execution/result.js';
import { type RunEnd, startRun } from './execution/runner.js';
import { ExecutionTrace } from './execution/trace.js';
import type { FaultReporter } from './machine/fault-reporter.js';
import type { Machine, MachineNews } from './machine/machine.js';

export interface ExecutorOptions {
  readonly machines: readonly Machine[];
  readonly limits: Omit<ProgramLimits, 'machines'>;
  readonly maxWaiting: number;
  readonly faults: FaultReporter;
  readonly log: Log;
  readonly newExecutionId: () => string;
  readonly nowMs: () => number;
}

export interface ExecutionRequest {
  readonly program: ProgramRequest;
  /** Whether the result holds the output, or the sink has taken it. */
  readonly keepsOutput: boolean;
  /** Takes the events in order; holding it back slows the program. */
  readonly sink: (event: ExecutionEvent) => Promise<void>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly client: Client;
}

/** What a request has come to when all its fields are good. */
interface CheckedRequest {
  readonly program: Program;
  /** Any of them may run it. */
  readonly suitable: readonly Machine[];
  readonly trace: ExecutionTrace;
  /** Called when nothing of it is left on its machine. */
  readonly onVacated: () => void;
}

/** A program that a machine has taken. */
export interface RunningExecution {
  /** @throws RpcError where there is none and there will be none */
  readonly result: Promise<ExecutionResult>;
  writeInput(data: Uint8Array): Promise<void>;
  endInput(): void;
  signal(name: string): void;
  /** Absent where the program has no terminal. */
  readonly resize?: (size: TerminalSize) => void;
}

/** Checks programs, waits for a machine, runs them. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #queue: AdmissionQueue<Machine>;
  readonly #limits: ProgramLimits;
  readonly #running = new Set<Promise<unknown>>();
  #isDraining = false;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    const { machines, maxWaiting } = options;
    this.#queue = new AdmissionQueue({ slots: machines, maxWaiting });
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

  /** A machine that is not of this Executor's pool is ignored. */
  applyWatchdogState(name: string, news: MachineNews): void {
    this.machines.find((machine) => machine.name === name)?.applyWatchdogState(news);
  }

  /** The Watchdog is away: its last word on each machine may be wrong. */
  forgetWatchdogStates(): void {
    for (const machine of this.machines) machine.forgetWatchdogState();
  }

  /** Reports no more faults and closes all data channels, with what runs on them. */
  close(): void {
    this.#options.faults.stop();
    for (const machine of this.machines) machine.closeSession();
  }

  /**
   * Takes nothing new, and resolves when what runs has ended and its clients have taken what it had to say. Programs have
   * deadlines, clients have none: after the limit they are waited for no longer.
   */
  async drain(limitMs: number): Promise<void> {
    this.#isDraining = true;
    this.#queue.clear();
    const drained = new AbortController();
    const all = Promise.allSettled(this.#running);
    await Promise.race([all, sleep(systemClock, limitMs, drained.signal)]);
    drained.abort();
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
    // A client that goes away has its place still, as long as its program is on a machine.
    const leave = request.client.holdPlace?.() ?? (() => undefined);
    try {
      return await this.#begin(request, leave);
    } catch (error) {
      leave();
      this.#noteRefusal(request, RpcError.from(error));
      throw error;
    }
  }

  async #begin(request: ExecutionRequest, onVacated: () => void): Promise<RunningExecution> {
    if (this.#isDraining) throw shuttingDown();
    const checked = checkProgram(request.program, this.#limits);
    if ('violations' in checked) throw invalidProgram(checked.violations);
    const { program } = checked;
    const candidates = this.machines.filter(
      ({ name }) => program.machine === '' || name === program.machine,
    );
    const offering = offeringMachines(candidates, program.language);
    const suitable = withRoomForPhases(withRoomForCode(offering, program), program);
    const trace = new ExecutionTrace(program);
    return await trace.begin(() => this.#run(request, { program, suitable, trace, onVacated }));
  }

  async #run(request: ExecutionRequest, checked: CheckedRequest): Promise<RunningExecution> {
    const { program, suitable, trace, onVacated } = checked;
    const machine = await this.#admit(suitable, {
      client: queuedAs(request.client, program.requester),
      signal: request.signal,
    });
    if (this.#isDraining) {
      machine.vacate();
      throw shuttingDown();
    }
    const identity = {
      executionId: this.#options.newExecutionId(),
      requestId: program.requestId,
      machine: machine.name,
      generation: machine.generation,
      language: findLanguage(machine.languages, program.language)?.name ?? program.language,
    };
    trace.onAdmitted(identity);
    const { keepsOutput, sink, signal, client } = request;
    const { faults, log, nowMs } = this.#options;
    const startedAtMs = nowMs();
    log.debug({ ...identity, client: client.name }, 'execution started');
    const run = startRun({
      machine,
      program,
      identity,
      keepsOutput,
      sink,
      nowMs,
      onFault: (fault) => trace.within(() => faults.report(machine, { ...fault, ...identity })),
      onStep: (step) => trace.onStep(step),
    });
    void run.vacated.then(() => {
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
      trace.end(end);
      return resultOf(end, machine.name);
    });
    this.#running.add(result);
    // Whoever began the execution may fail before looking at its result.
    result.catch(() => undefined).finally(() => this.#running.delete(result));
    return {
      result,
      writeInput: (data) => run.writeInput(data),
      endInput: () => run.endInput(),
      signal: (name) => run.signal(name),
      ...(program.terminal === undefined ? {} : { resize: (size) => run.resize(size) }),
    };
  }

  /** Such are as many as clients like: not for a log that is always on. */
  #noteRefusal({ program, client }: ExecutionRequest, { reason, message }: RpcError): void {
    const requestId = program.requestId.slice(0, maxNameLength);
    this.#options.log.debug(
      { requestId, client: client.name, reason, message },
      'execution refused',
    );
  }

  async #admit(
    candidates: readonly Machine[],
    whom: { client: string; signal: AbortSignal },
  ): Promise<Machine> {
    const suits = (machine: Machine) => candidates.includes(machine);
    const admission = await this.#queue.enter({ suits, ...whom });
    if (admission.kind === 'admitted') return admission.slots;
    if (this.#isDraining) throw shuttingDown();
    switch (admission.reason) {
      case 'queue full':
        throw queueFull(this.#queue.waiting);
      case 'no slot':
        throw machineNotReady(describe(candidates));
      case 'withdrawn':
        throw cancelled();
    }
  }
}

/** Who takes turns: a client that is known is one, whomever it says that it asks for. */
function queuedAs(client: Client, requester: string): string {
  return client.isKnown ? client.name : requester || client.name;
}

/** What the machines can run, each language once, sorted by name. */
function languagesOf(machines: readonly Machine[]): OfferedLanguage[] {
  const byName = new Map<string, OfferedLanguage>();
  for (const language of machines.flatMap((machine) => machine.languages)) {
    if (!byName.has(language.name)) byName.set(language.name, language);
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Those that have a language by that name or alias, each by its own word: what one claims decides nothing for the others.
 *
 * @throws RpcError where there is none
 */
function offeringMachines(machines: readonly Machine[], nameOrAlias: string): Machine[] {
  const offering = machines.filter((machine) => machine.offers(nameOrAlias));
  if (offering.length > 0) return offering;
  const known = languagesOf(machines);
  if (known.length === 0) throw machineNotReady(describe(machines));
  throw languageNotSupported(
    nameOrAlias,
    known.map(({ name }) => name),
  );
}

/** @throws RpcError where the code would lie in the place of a file on each of them */
function withRoomForCode(machines: readonly Machine[], program: Program): readonly Machine[] {
  return withoutViolations(machines, ({ languages }) =>
    checkSourceFile(program, findLanguage(languages, program.language)?.sourceFile ?? ''),
  );
}

/** @throws RpcError where none of them has as much as a phase asks for */
function withRoomForPhases(machines: readonly Machine[], program: Program): readonly Machine[] {
  const limits = { compile_limits: program.compileLimits, run_limits: program.runLimits };
  return withoutViolations(machines, ({ phaseRoom }) => checkRoom(limits, phaseRoom));
}

/** @throws RpcError where there is none, with the violations on the first */
function withoutViolations(
  machines: readonly Machine[],
  check: (machine: Machine) => Violation[],
): readonly Machine[] {
  const violations = machines.map(check);
  const suitable = machines.filter((_, i) => violations[i]?.length === 0);
  if (suitable.length > 0) return suitable;
  throw invalidProgram(violations[0] ?? []);
}

/** Why none of them takes work, for whoever is refused. */
function describe(machines: readonly Machine[]): string {
  return machines
    .map((machine) => {
      if (machine.state !== 'ready') return `${machine.name} is ${machine.state}`;
      return machine.isConnected
        ? `${machine.name} is about to be reverted`
        : `the guest server of ${machine.name} has not answered yet`;
    })
    .join(', ');
}

function resultOf(end: RunEnd, machine: string): ExecutionResult {
  switch (end.kind) {
    case 'result':
      return end.result;
    case 'refused':
      throw refusedByGuest(machine, end.detail);
    case 'lost':
      throw machineLost(machine, end.detail);
  }
}

function summaryOf(end: RunEnd): Record<string, unknown> {
  if (end.kind !== 'result') return { end: end.kind, detail: end.detail };
  const last = end.result.run ?? end.result.compile;
  return { end: 'result', limit: last?.limit, outcome: last?.outcome };
}
