import { KeptOutput } from './kept-output.js';
import type {
  CapturedOutput,
  ExecutionResult,
  Limit,
  Outcome,
  OutputStream,
  Phase,
  PhaseResult,
  Usage,
} from './result.js';

/**
 * - `starting`: given to a machine, no phase yet
 * - `compiling`, `running`: a phase is under way
 * - `between`: a phase has ended; another one or the end follows
 * - `finished`: the result is known, for good
 */
export type ExecutionState = 'starting' | 'compiling' | 'running' | 'between' | 'finished';

const legalMoves: Readonly<Record<ExecutionState, readonly ExecutionState[]>> = {
  starting: ['compiling', 'running', 'finished'],
  compiling: ['between', 'finished'],
  between: ['running', 'finished'],
  running: ['between', 'finished'],
  finished: [],
};

const nothing = Buffer.alloc(0);

/** A machine said something that makes no sense at this point. */
export class ExecutionOrderError extends Error {
  override readonly name = 'ExecutionOrderError';
}

export interface ExecutionIdentity {
  readonly executionId: string;
  readonly requestId: string;
  readonly machine: string;
  readonly generation: number;
  readonly language: string;
}

/** What is known of one execution, and the one result that comes of it. Time comes in as an argument. */
export class Execution {
  readonly identity: ExecutionIdentity;
  readonly #maxOutputBytes: number;
  readonly #maxKeptBytes: number;
  #state: ExecutionState = 'starting';
  #open: OpenPhase | undefined;
  readonly #results: { compile?: PhaseResult; run?: PhaseResult } = {};
  #outputBytes = 0;

  constructor(
    identity: ExecutionIdentity,
    options: {
      maxOutputBytes: number;
      /** Of each stream of each phase that the result holds; 0 for a client that was streamed to and has all. */
      maxKeptBytes: number;
    },
  ) {
    this.identity = identity;
    this.#maxOutputBytes = options.maxOutputBytes;
    this.#maxKeptBytes = options.maxKeptBytes;
  }

  get state(): ExecutionState {
    return this.#state;
  }

  get phase(): Phase | undefined {
    return this.#open?.phase;
  }

  /** @throws ExecutionOrderError */
  startPhase(phase: Phase, command: readonly string[], nowMs: number): void {
    if (this.#results[phase] !== undefined) throw new ExecutionOrderError(`${phase} is over`);
    this.#become(phase === 'compile' ? 'compiling' : 'running');
    this.#open = new OpenPhase(phase, command, nowMs, this.#maxKeptBytes);
  }

  /**
   * Takes a piece of output.
   *
   * @returns what of it is within the limit; shorter than the piece where the limit is passed
   * @throws ExecutionOrderError
   */
  addOutput(stream: OutputStream, data: Uint8Array): Uint8Array {
    if (this.#open === undefined) throw new ExecutionOrderError('output outside a phase');
    const kept = data.subarray(0, Math.max(0, this.#maxOutputBytes - this.#outputBytes));
    this.#outputBytes += data.length;
    this.#open.addOutput(stream, data.length, kept);
    return kept;
  }

  /** @throws ExecutionOrderError */
  finishPhase(phase: Phase, ending: { outcome?: Outcome; limit?: Limit; usage: Usage }): void {
    if (this.#open?.phase !== phase) throw new ExecutionOrderError(`${phase} has not begun`);
    this.#become('between');
    this.#results[phase] = this.#open.close(ending);
    this.#open = undefined;
  }

  /**
   * Ends the execution; called once. A phase that is under way ends with the given limit, and so does the phase that
   * was to come where none has told it: a program that was stopped always tells why. Without a limit an execution ends
   * only behind a phase: a result must not hide what was cut off.
   *
   * @throws ExecutionOrderError
   */
  finish(nowMs: number, limit?: Limit): Omit<ExecutionResult, 'files' | 'filesTruncated'> {
    if (limit === undefined && this.#state !== 'between') {
      throw new ExecutionOrderError(`an execution that is ${this.#state} can't end by itself`);
    }
    this.#become('finished');
    if (limit !== undefined) this.#cutOff(nowMs, limit);
    return { ...this.identity, ...this.#results };
  }

  #cutOff(nowMs: number, limit: Limit): void {
    const isTold = Object.values(this.#results).some((result) => result.limit !== undefined);
    if (isTold && this.#open === undefined) return;
    const reached = this.#open ?? new OpenPhase('run', [], nowMs, this.#maxKeptBytes);
    this.#open = undefined;
    const usage = { wallTimeMs: nowMs - reached.startedAtMs, peakMemoryBytes: 0, peakProcesses: 0 };
    this.#results[reached.phase] ??= reached.close({ limit, usage });
  }

  #become(state: ExecutionState): void {
    if (!legalMoves[this.#state].includes(state)) {
      throw new ExecutionOrderError(`an execution that is ${this.#state} can't be ${state}`);
    }
    this.#state = state;
  }
}

class OpenPhase {
  readonly phase: Phase;
  readonly startedAtMs: number;
  readonly #command: readonly string[];
  readonly #streams: Readonly<Record<OutputStream, StreamCapture>>;

  constructor(phase: Phase, command: readonly string[], startedAtMs: number, maxKeptBytes: number) {
    this.phase = phase;
    this.startedAtMs = startedAtMs;
    this.#command = command;
    this.#streams = {
      stdout: new StreamCapture(maxKeptBytes),
      stderr: new StreamCapture(maxKeptBytes),
    };
  }

  addOutput(stream: OutputStream, totalBytes: number, kept: Uint8Array): void {
    this.#streams[stream].add(totalBytes, kept);
  }

  close(ending: { outcome?: Outcome; limit?: Limit; usage: Usage }): PhaseResult {
    const { stdout, stderr } = this.#streams;
    return { ...ending, command: this.#command, stdout: stdout.close(), stderr: stderr.close() };
  }
}

class StreamCapture {
  readonly #kept: KeptOutput | undefined;
  #totalBytes = 0;
  #takenBytes = 0;

  constructor(maxKeptBytes: number) {
    this.#kept = maxKeptBytes === 0 ? undefined : new KeptOutput(maxKeptBytes);
  }

  /** @param taken what of it is within the limit on output */
  add(totalBytes: number, taken: Uint8Array): void {
    this.#totalBytes += totalBytes;
    this.#takenBytes += taken.length;
    this.#kept?.add(taken);
  }

  close(): CapturedOutput {
    const kept = this.#kept?.close() ?? { head: nothing, droppedBytes: 0, tail: nothing };
    return {
      data: kept.head,
      droppedBytes: kept.droppedBytes,
      tail: kept.tail,
      totalBytes: this.#totalBytes,
      truncated: kept.droppedBytes > 0 || this.#takenBytes < this.#totalBytes,
    };
  }
}
