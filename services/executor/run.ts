import { inputWindowBytes, outputWindowBytes } from '../channel/frame.js';
import { piecesOf } from '../channel/pieces.js';
import { Execution, type ExecutionIdentity, ExecutionOrderError } from './execution.js';
import { GuestFrameError, phaseEnding, phaseOf, streamOf } from './guest-frames.js';
import type { ExecutionListener, Machine } from './machine.js';
import type { GuestBody, HostBody } from './machine-link.js';
import type { Program, TerminalSize } from './program.js';
import type { ExecutionEvent, ExecutionResult, Limit, OutputStream, Phase } from './result.js';

/** Credit goes back in portions: under emulation a guest needs a millisecond for each frame that it reads. */
const creditPortionBytes = outputWindowBytes / 4;

/** The guest ends an execution by itself this much later than we do, in case we can't. */
const guestGraceMs = 2000;

/** A guest that was told to end an execution must have done so within this time. */
const killLimitMs = 2000;

/** How a run on a machine ended: with a result, or without one that anybody knows. */
export type RunEnd =
  | { readonly kind: 'result'; readonly result: ExecutionResult }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string };

/** A reason to have the machine reverted. */
export interface RunFault {
  readonly kind: 'timed out' | 'guest error';
  readonly detail: string;
}

export interface RunOptions {
  readonly machine: Machine;
  readonly program: Program;
  readonly identity: ExecutionIdentity;
  readonly keepsOutput: boolean;
  /** Takes the events in order; resolves when it can take the next. Holding it back slows the program. */
  readonly sink: (event: ExecutionEvent) => Promise<void>;
  readonly nowMs: () => number;
  readonly onFault: (fault: RunFault) => void;
}

/** One execution on one machine, from its first frame to its result. */
export class Run implements ExecutionListener {
  /** Resolves once, whatever dies. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when the machine can take another execution in its place. */
  readonly vacated: Promise<void>;
  readonly #options: RunOptions;
  readonly #execution: Execution;
  readonly #number: number;
  readonly #deadline: NodeJS.Timeout;
  #killTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  #end: (end: RunEnd) => void = () => undefined;
  #vacate: () => void = () => undefined;
  /** Why we told the guest to end it. The first cause wins. */
  #stopCause: Limit | undefined;
  #events: Promise<void> = Promise.resolve();
  #outputCredit = outputWindowBytes;
  #owedCredit = 0;
  #inputCredit = inputWindowBytes;
  #inputCreditArrived: () => void = () => undefined;
  #inputs: Promise<void> = Promise.resolve();

  constructor(options: RunOptions) {
    this.#options = options;
    const { program, machine, keepsOutput } = options;
    this.#execution = new Execution(options.identity, {
      maxOutputBytes: program.maxOutputBytes,
      keepsOutput,
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.vacated = new Promise((resolve) => {
      this.#vacate = resolve;
    });
    this.#number = machine.listen(this);
    this.#deadline = setTimeout(() => this.#onDeadline(), program.timeLimitMs);
    this.#start();
  }

  /** Resolves when the guest can take more. */
  writeInput(data: Uint8Array): Promise<void> {
    const body: HostBody = { $case: 'input', value: { execution: this.#number, end: false } };
    this.#inputs = this.#inputs.then(() => this.#sendPieces(data, body));
    return this.#inputs;
  }

  endInput(): void {
    const end = { execution: this.#number, end: true };
    this.#inputs = this.#inputs.then(() => this.#send({ $case: 'input', value: end }));
  }

  signal(name: string): void {
    this.#send({ $case: 'signal', value: { execution: this.#number, name } });
  }

  resize(size: TerminalSize): void {
    this.#send({ $case: 'resize', value: { execution: this.#number, size } });
  }

  /** Ends the execution; its result follows from the guest. */
  stop(cause: Limit): void {
    if (this.#stopCause !== undefined || this.#isOver) return;
    this.#stopCause = cause;
    this.#kill();
  }

  onBody(body: GuestBody, payload: Uint8Array): void {
    // The client has its result already: only the end is of interest.
    if (this.#isOver && body.$case !== 'finished') return;
    try {
      this.#take(body, payload);
    } catch (error) {
      this.#options.onFault({ kind: 'guest error', detail: String(error) });
      this.onLost('the guest has sent frames that make no sense');
    }
  }

  onLost(reason: string): void {
    this.#settle({ kind: 'lost', detail: reason });
    this.#leave();
  }

  #start(): void {
    const { program, identity } = this.#options;
    const { machine, generation, executionId, language } = identity;
    this.#emit({ kind: 'started', executionId, machine, generation, language });
    const execution = this.#number;
    this.#send({
      $case: 'start',
      value: {
        execution,
        language,
        options: [...program.options],
        arguments: [...program.arguments],
        environment: { ...program.environment },
        sourceBytes: program.code.length,
        outputCredit: outputWindowBytes,
        wallLimitMs: Math.ceil(program.timeLimitMs) + guestGraceMs,
        files: [],
        compileLimits: undefined,
        runLimits: undefined,
        outputFiles: [],
        maxFileBytes: 0,
        terminal: program.terminal,
      },
    });
    this.#inputs = this.#sendPieces(program.code, { $case: 'source', value: { execution } });
    void this.writeInput(program.stdin);
  }

  #take(body: GuestBody, payload: Uint8Array): void {
    switch (body.$case) {
      case 'refused':
        if (this.#execution.state !== 'starting') {
          throw new ExecutionOrderError('a program that has begun was refused');
        }
        this.#settle({ kind: 'refused', detail: body.value.reason });
        this.#leave();
        return;
      case 'phaseStarted':
        this.#onPhaseStarted(phaseOf(body.value.phase), body.value.command);
        return;
      case 'output':
        this.#onOutput(streamOf(body.value.stream), payload);
        return;
      case 'phaseFinished':
        this.#execution.finishPhase(
          phaseOf(body.value.phase),
          phaseEnding(body.value, this.#stopCause),
        );
        return;
      case 'finished':
        this.#finish(this.#stopCause);
        this.#leave();
        return;
      case 'credit':
        // Whatever the guest says: what it has not read is ours to keep meanwhile.
        this.#inputCredit = Math.min(inputWindowBytes, this.#inputCredit + body.value.bytes);
        this.#inputCreditArrived();
        return;
      case 'ready':
      case 'noSession':
        return;
    }
  }

  #onPhaseStarted(phase: Phase, command: readonly string[]): void {
    this.#execution.startPhase(phase, command, this.#options.nowMs());
    this.#emit({ kind: 'phase-started', phase, command });
  }

  #onOutput(stream: OutputStream, data: Uint8Array): void {
    this.#outputCredit -= data.length;
    if (this.#outputCredit < 0) throw new GuestFrameError('more output than credit');
    const kept = this.#execution.addOutput(stream, data);
    const phase = this.#execution.phase;
    if (kept.length > 0 && phase !== undefined) {
      this.#emit({ kind: 'output', phase, stream, data: kept });
    }
    // Credit comes back when the client has taken what it paid for.
    void this.#events.then(() => this.#giveCredit(data.length));
    if (kept.length < data.length) this.stop('output');
  }

  #giveCredit(bytes: number): void {
    this.#owedCredit += bytes;
    if (this.#owedCredit < creditPortionBytes) return;
    const credit = { execution: this.#number, bytes: this.#owedCredit };
    this.#owedCredit = 0;
    this.#outputCredit += credit.bytes;
    this.#send({ $case: 'credit', value: credit });
  }

  #onDeadline(): void {
    if (this.#isOver) return;
    const { program, onFault } = this.#options;
    this.#kill();
    this.#finish(this.#stopCause ?? 'wall time');
    const detail = `an execution has passed its limit of ${program.timeLimitMs / 1000} s`;
    onFault({ kind: 'timed out', detail });
  }

  /** Tells the guest to end it. A guest that does not say in time that it is over has something wrong with it. */
  #kill(): void {
    if (this.#killTimer !== undefined) return;
    this.#send({ $case: 'kill', value: { execution: this.#number } });
    this.#killTimer = setTimeout(() => {
      const detail = `the guest has not ended an execution within ${killLimitMs / 1000} s`;
      this.#options.onFault({ kind: 'guest error', detail });
      this.#finish(this.#stopCause);
    }, killLimitMs);
  }

  #finish(limit: Limit | undefined): void {
    if (this.#isOver) return;
    const result = this.#execution.finish(this.#options.nowMs(), limit);
    this.#emit({ kind: 'finished', result });
    this.#settle({ kind: 'result', result });
  }

  #settle(end: RunEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#inputCreditArrived();
    // The result waits for the events before it, so that the client sees nothing after its end.
    void this.#events.then(() => this.#end(end));
  }

  /** Nothing of it is left on the machine, or the machine is lost. */
  #leave(): void {
    clearTimeout(this.#killTimer);
    this.#options.machine.stopListening(this.#number);
    this.#vacate();
  }

  async #sendPieces(data: Uint8Array, body: HostBody): Promise<void> {
    for (const piece of piecesOf(data)) {
      while (this.#inputCredit < piece.length && !this.#isOver) {
        await new Promise<void>((resolve) => {
          this.#inputCreditArrived = resolve;
        });
      }
      this.#inputCredit -= piece.length;
      this.#send(body, piece);
    }
  }

  #emit(event: ExecutionEvent): void {
    // A client that is gone takes nothing more; that must not hold up the rest.
    this.#events = this.#events.then(() => this.#options.sink(event)).catch(() => undefined);
  }

  #send(body: HostBody, payload?: Uint8Array): void {
    if (!this.#isOver) this.#options.machine.send(body, payload);
  }
}
