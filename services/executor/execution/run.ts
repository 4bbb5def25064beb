import { inputWindowBytes, outputWindowBytes } from '../../../guest/protocol/frame.js';
import { piecesOf } from '../../../guest/protocol/pieces.js';
import type { PhaseFinished, SourceFile } from '../../gen/pbot/vm/guest/v1/channel.js';
import type { PhaseLimits } from '../admission/limits.js';
import type { Program, TerminalSize } from '../admission/request.js';
import {
  GuestFrameError,
  guestLimits,
  phaseEnding,
  phaseOf,
  streamOf,
} from '../machine/guest-frames.js';
import type { ExecutionListener, Machine } from '../machine/machine.js';
import type { GuestBody, HostBody } from '../machine/session.js';
import { Execution, type ExecutionIdentity, ExecutionOrderError } from './execution.js';
import { OutputFiles } from './output-files.js';
import type {
  ExecutionEvent,
  ExecutionResult,
  Limit,
  Outcome,
  OutputStream,
  Phase,
} from './result.js';

/** Credit goes back in portions: under emulation a guest needs a millisecond for each frame that it reads. */
const creditPortionBytes = outputWindowBytes / 4;

/** The files of a program that has ended by itself must have come within this time; later ones are left out. */
const filesLimitMs = 5000;

/**
 * Behind its deadline an execution has this long to be ended by the guest, which tells what it has used. Then the client gets
 * what is known.
 */
const lastWordsMs = 250;

/** The guest ends an execution by itself this much later than we do, in case we can't. */
const guestGraceMs = 2000;

/** We end a phase this much later than the guest was told to, in case it has not. */
const phaseGraceMs = 2000;

/**
 * A guest that was told to end an execution must have done so within this time. Emulated, on a busy host, it takes two seconds to end
 * what a fork bomb has made.
 */
const killLimitMs = 4000;

/** Pieces of output that may wait for a client. A guest that sends more has cut its output into crumbs. */
const maxWaitingPieces = 64 * 1024;

/** Of what a guest says in its own words. */
const maxReasonLength = 200;

/** How a run on a machine ended: with a result, or without one that anybody knows. */
export type RunEnd =
  | { readonly kind: 'result'; readonly result: ExecutionResult }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string };

/** How far a run has come. In this order, and `over` once, whatever came before it. */
export type RunStep =
  | { readonly kind: 'phase-started'; readonly phase: Phase }
  | {
      readonly kind: 'phase-finished';
      readonly ending: { readonly outcome?: Outcome; readonly limit?: Limit };
    }
  | { readonly kind: 'files-awaited' }
  | { readonly kind: 'over'; readonly end: RunEnd };

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
  /** Told at once, where events wait for a client that is slow. */
  readonly onStep: (step: RunStep) => void;
}

/** One execution on one machine, from its first frame to its result. */
export class Run implements ExecutionListener {
  /** Resolves once, whatever dies. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when the machine can take another execution in its place. */
  readonly vacated: Promise<void>;
  readonly #options: RunOptions;
  readonly #execution: Execution;
  readonly #files: OutputFiles;
  readonly #number: number;
  #deadline: NodeJS.Timeout;
  #isPastDeadline = false;
  /** Told when there is a result, so that no revert comes between the guest and its last words. */
  #overrun: RunFault | undefined;
  readonly #startedAtMs: number;
  #phaseDeadline: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  #end: (end: RunEnd) => void = () => undefined;
  #vacate: () => void = () => undefined;
  /** Why we told the guest to end it. The first cause wins. */
  #stopCause: Limit | undefined;
  #events: Promise<void> = Promise.resolve();
  #outputCredit = outputWindowBytes;
  #owedCredit = 0;
  /** Raised where credit is given without waiting for what it was spent on. */
  #window = 0;
  #waitingPieces = 0;
  #inputCredit = inputWindowBytes;
  #inputCreditArrived: () => void = () => undefined;
  #inputs: Promise<void> = Promise.resolve();

  constructor(options: RunOptions) {
    this.#options = options;
    const { program, machine, keepsOutput } = options;
    this.#execution = new Execution(options.identity, {
      maxOutputBytes: program.maxOutputBytes,
      maxKeptBytes: keepsOutput ? program.maxKeptBytes : 0,
    });
    this.#files = new OutputFiles({
      globs: program.outputFiles,
      maxFiles: program.maxReturnedFiles,
      maxBytes: program.maxReturnedBytes,
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.vacated = new Promise((resolve) => {
      this.#vacate = resolve;
    });
    this.#number = machine.listen(this);
    this.#startedAtMs = options.nowMs();
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
    // What is known of a program that was too slow does not get lost with its machine.
    if (this.#isPastDeadline) this.#finish(this.#stopCause);
    this.#settle({ kind: 'lost', detail: reason });
    this.#leave();
  }

  #start(): void {
    const { program, identity } = this.#options;
    const { language } = identity;
    this.#emit({ kind: 'started', ...identity });
    const execution = this.#number;
    const sources = sourcesOf(program);
    this.#send({
      $case: 'start',
      value: {
        execution,
        language,
        options: [...program.options],
        arguments: [...program.arguments],
        environment: { ...program.environment },
        sourceBytes: sources.bytes.length,
        outputCredit: outputWindowBytes,
        wallLimitMs: Math.ceil(program.timeLimitMs) + guestGraceMs,
        files: sources.files,
        compileLimits: guestLimits(program.compileLimits),
        runLimits: guestLimits(program.runLimits),
        outputFiles: [...program.outputFiles],
        maxFiles: program.maxReturnedFiles,
        maxFileBytes: program.maxReturnedBytes,
        terminal: program.terminal,
      },
    });
    this.#inputs = this.#sendPieces(sources.bytes, { $case: 'source', value: { execution } });
    void this.writeInput(program.stdin);
  }

  #take(body: GuestBody, payload: Uint8Array): void {
    switch (body.$case) {
      case 'refused':
        if (this.#execution.state !== 'starting') {
          throw new ExecutionOrderError('a program that has begun was refused');
        }
        this.#settle({ kind: 'refused', detail: body.value.reason.slice(0, maxReasonLength) });
        this.#leave();
        return;
      case 'phaseStarted':
        this.#onPhaseStarted(phaseOf(body.value.phase), body.value.command);
        return;
      case 'output':
        this.#onOutput(streamOf(body.value.stream), payload);
        return;
      case 'phaseFinished':
        this.#onPhaseFinished(phaseOf(body.value.phase), body.value);
        return;
      case 'fileData':
        this.#onFileData(body.value.path, payload);
        return;
      case 'filesFinished':
        this.#files.end({ isTruncated: body.value.truncated });
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
    this.#options.onStep({ kind: 'phase-started', phase });
    const { wallTimeMs } = this.#limitsOf(phase);
    if (wallTimeMs === undefined) return;
    this.#awaitPhaseEnd(wallTimeMs + phaseGraceMs);
  }

  /** What the program has printed in time may take a slow client longer than that. */
  #awaitPhaseEnd(ms: number): void {
    this.#phaseDeadline = setTimeout(() => {
      if (this.#isHeldUp) this.#awaitPhaseEnd(phaseGraceMs);
      else this.stop('wall time');
    }, ms);
  }

  /** The client leaves most of what may be under way untaken, so that the program waits for it. */
  get #isHeldUp(): boolean {
    return this.#outputCredit < outputWindowBytes / 2;
  }

  #onPhaseFinished(phase: Phase, finished: PhaseFinished): void {
    clearTimeout(this.#phaseDeadline);
    const ending = phaseEnding(finished, {
      stopCause: this.#stopCause,
      limits: this.#limitsOf(phase),
      elapsedMs: this.#options.nowMs() - this.#startedAtMs,
    });
    this.#execution.finishPhase(phase, ending);
    this.#options.onStep({ kind: 'phase-finished', ending });
    if (phase === 'run') this.#onProgramEnded(ending.limit);
  }

  #limitsOf(phase: Phase): PhaseLimits {
    const { compileLimits, runLimits } = this.#options.program;
    return phase === 'compile' ? compileLimits : runLimits;
  }

  #onOutput(stream: OutputStream, payload: Uint8Array): void {
    const data = compact(payload);
    if (data.length === 0) throw new GuestFrameError('output without a byte');
    this.#waitingPieces += 1;
    if (this.#waitingPieces > maxWaitingPieces) throw new GuestFrameError('output in crumbs');
    this.#spendCredit(data.length);
    const kept = this.#execution.addOutput(stream, data);
    const phase = this.#execution.phase;
    if (kept.length > 0 && phase !== undefined) {
      this.#emit({ kind: 'output', phase, stream, data: kept });
    }
    // Credit comes back when the client has taken what it paid for.
    const window = this.#window;
    void this.#events.then(() => {
      this.#waitingPieces -= 1;
      if (window === this.#window) this.#giveCredit(data.length);
    });
    if (kept.length < data.length) this.stop('output');
  }

  /** The program has ended; its files may be on the way. */
  #onProgramEnded(limit: Limit | undefined): void {
    this.#files.open({ isEndedByLimit: limit !== undefined });
    if (!this.#files.areAwaited) return;
    this.#options.onStep({ kind: 'files-awaited' });
    // Files must not wait for a client that has yet to take the output: they come in a window of their own.
    this.#window += 1;
    this.#owedCredit = 0;
    this.#giveCredit(outputWindowBytes - this.#outputCredit);
    // The program has kept to its time: what its files take is no fault of anybody.
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#kill();
      this.#finish('wall time');
    }, filesLimitMs);
  }

  #onFileData(path: string, data: Uint8Array): void {
    this.#spendCredit(data.length);
    this.#files.add(path, data);
    this.#giveCredit(data.length);
  }

  #spendCredit(bytes: number): void {
    this.#outputCredit -= bytes;
    if (this.#outputCredit < 0) throw new GuestFrameError('more output than credit');
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
    this.#isPastDeadline = true;
    // A client that reads slowly slows its own program, and nobody else's machine. One that can't end it has a fault still.
    if (!this.#isHeldUp) {
      const detail = `an execution has passed its limit of ${this.#options.program.timeLimitMs / 1000} s`;
      this.#overrun = { kind: 'timed out', detail };
    }
    this.stop('wall time');
    this.#deadline = setTimeout(() => this.#finish(this.#stopCause), lastWordsMs);
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
    if (this.#overrun !== undefined) this.#options.onFault(this.#overrun);
    const ended = this.#execution.finish(this.#options.nowMs(), limit);
    const result = { ...ended, ...this.#files.result() };
    this.#emit({ kind: 'finished', result });
    this.#settle({ kind: 'result', result });
  }

  #settle(end: RunEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#phaseDeadline);
    this.#inputCreditArrived();
    this.#options.onStep({ kind: 'over', end });
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

/** A piece keeps the memory of its whole frame, whose header may be the larger part. */
function compact(payload: Uint8Array): Uint8Array {
  return 2 * payload.length < payload.buffer.byteLength ? Buffer.from(payload) : payload;
}

/** The files of a program as they go to the guest: the source code first. Without a path it gets its language's own. */
function sourcesOf({ code, files }: Program): { files: SourceFile[]; bytes: Uint8Array } {
  const all = code.length > 0 ? [{ path: '', data: code, executable: false }, ...files] : files;
  return {
    files: all.map(({ path, data, executable }) => ({ path, bytes: data.length, executable })),
    bytes: Buffer.concat(all.map(({ data }) => data)),
  };
}
