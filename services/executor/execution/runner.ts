// Drives one execution: takes events from its machine, its client and its timers, has `step` decide, and carries
// commands out.

import { inputWindowBytes, outputWindowBytes } from '../../../guest/protocol/frame.js';
import type { Program } from '../admission/request.js';
import type { TerminalSize } from '../admission/terminal-size.js';
import type { GuestBody } from '../machine/session.js';
import type { ExecutionChannel, ExecutionListener } from './channel.js';
import type { Command, Event, RunFault, Settlement, Timer } from './events.js';
import { guestEvent, type HostFacts } from './guest-events.js';
import { InputStream } from './input.js';
import { ExecutionRecord } from './record.js';
import type {
  ExecutionEvent,
  ExecutionIdentity,
  ExecutionResult,
  Limit,
  Outcome,
  Phase,
} from './result.js';
import { startFrame } from './start-frame.js';
import { begin, type ExecutionState, isLive, type Terms } from './state.js';
import { step } from './step.js';

/** Credit goes back in portions: under emulation a guest needs a millisecond for each frame that it reads. */
const creditPortionBytes = outputWindowBytes / 4;

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

export interface RunOptions {
  readonly machine: ExecutionChannel;
  readonly program: Program;
  readonly identity: ExecutionIdentity;
  readonly keepsOutput: boolean;
  /** Takes the events in order; resolves when it can take the next. Holding it back slows the program. */
  readonly sink: (event: ExecutionEvent) => Promise<void>;
  readonly nowMs: () => number;
  /** Output that is not taken for so long ends the program, if its slot is wanted. */
  readonly maxUnreadMs: number;
  /** Whether others wait for the slot. */
  readonly isSlotWanted: () => boolean;
  readonly onFault: (fault: RunFault) => void;
  /** Called at once, where events wait for a client that is slow. */
  readonly onStep: (step: RunStep) => void;
}

/** Gives a program to a machine. */
export function startRun(options: RunOptions): Run {
  const run = new Run(options);
  run.start();
  return run;
}

/** One execution on one machine, from its first frame to its result. */
export class Run implements ExecutionListener {
  /** Resolves once, whatever dies. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when the machine can take another execution in its slot. */
  readonly vacated: Promise<void>;
  readonly #options: RunOptions;
  readonly #record: ExecutionRecord;
  readonly #input = new InputStream(inputWindowBytes);
  readonly #timers = new Map<Timer, NodeJS.Timeout>();
  #state: ExecutionState;
  /** An event that comes while commands are carried out waits for its turn. */
  readonly #queue: Event[] = [];
  #isDraining = false;
  /** What the client is given, in order. */
  #events: Promise<void> = Promise.resolve();
  readonly #facts: HostFacts;
  #execution = 0;
  #startedAtMs = 0;
  #end: (end: RunEnd) => void = () => undefined;
  #vacate: () => void = () => undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    const { program, identity, keepsOutput } = options;
    this.#record = new ExecutionRecord(identity, {
      maxKeptBytes: keepsOutput ? program.maxKeptBytes : 0,
      files: {
        globs: program.outputFiles,
        maxFiles: program.maxReturnedFiles,
        maxBytes: program.maxReturnedBytes,
      },
    });
    this.#facts = {
      limits: { compile: program.compileLimits, run: program.runLimits },
      elapsedMs: () => options.nowMs() - this.#startedAtMs,
    };
    this.#state = begin(termsOf(program, options.maxUnreadMs));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.vacated = new Promise((resolve) => {
      this.#vacate = resolve;
    });
  }

  /** To be called once. */
  start(): void {
    const { machine, program, identity, nowMs } = this.#options;
    this.#execution = machine.listen(this);
    this.#startedAtMs = nowMs();
    this.#setTimer('deadline', program.timeLimitMs);
    this.#emit({ kind: 'started', ...identity });
    const execution = this.#execution;
    const { body, sourceBytes } = startFrame(program, { execution, language: identity.language });
    machine.send(body);
    this.#input.begin(sourceBytes, (piece) =>
      machine.send({ $case: 'source', value: { execution } }, piece),
    );
    void this.writeInput(program.stdin);
  }

  /** Resolves when the guest can take more. */
  writeInput(data: Uint8Array): Promise<void> {
    const value = { execution: this.#execution, end: false };
    return this.#input.write(data, (piece) =>
      this.#options.machine.send({ $case: 'input', value }, piece),
    );
  }

  endInput(): void {
    const value = { execution: this.#execution, end: true };
    this.#input.after(() => this.#options.machine.send({ $case: 'input', value }));
  }

  signal(name: string): void {
    if (!isLive(this.#state)) return;
    const value = { execution: this.#execution, name };
    this.#options.machine.send({ $case: 'signal', value });
  }

  resize(size: TerminalSize): void {
    if (!isLive(this.#state)) return;
    const value = { execution: this.#execution, size };
    this.#options.machine.send({ $case: 'resize', value });
  }

  /** Ends the execution; its result follows from the guest. */
  stop(cause: Limit): void {
    this.#take({ kind: 'stop', cause });
  }

  onBody(body: GuestBody, payload: Uint8Array): void {
    const event = guestEvent(body, payload, this.#facts);
    if (event !== undefined) this.#take(event);
  }

  onLost(reason: string): void {
    this.#take({ kind: 'lost', reason });
  }

  #take(event: Event): void {
    this.#queue.push(event);
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const { state, commands } = step(this.#state, next, this.#options.nowMs());
        this.#state = state;
        for (const command of commands) this.#carryOut(command);
      }
    } finally {
      this.#isDraining = false;
    }
  }

  #carryOut(command: Command): void {
    const { machine } = this.#options;
    const execution = this.#execution;
    switch (command.kind) {
      case 'pass output':
        return this.#passOutput(command);
      case 'give credit':
        return machine.send({ $case: 'credit', value: { execution, bytes: command.bytes } });
      case 'send kill':
        return machine.send({ $case: 'kill', value: { execution } });
      case 'extend input':
        return this.#input.addCredit(command.bytes);
      case 'open phase': {
        const { phase } = command;
        this.#record.openPhase(command.command);
        this.#emit({ kind: 'phase-started', phase, command: command.command });
        return this.#options.onStep({ kind: 'phase-started', phase });
      }
      case 'close phase':
        this.#record.closePhase(command.phase, command.ending);
        return this.#options.onStep({ kind: 'phase-finished', ending: command.ending });
      case 'cut phase':
        return this.#record.cutPhase(command);
      case 'await files':
        this.#record.files.open();
        return this.#options.onStep({ kind: 'files-awaited' });
      case 'keep file':
        return this.#keepFile(command.path, command.data);
      case 'end files':
        return this.#record.files.end(command);
      case 'report fault':
        return this.#options.onFault(command.fault);
      case 'set timer':
        return this.#setTimer(command.timer, command.ms);
      case 'clear timer':
        return this.#clearTimer(command.timer);
      case 'settle':
        return this.#settle(command.end);
      case 'leave slot':
        return this.#leaveSlot();
    }
  }

  #passOutput(output: Extract<Command, { kind: 'pass output' }>): void {
    const { phase, stream, data, totalBytes: bytes, epoch } = output;
    this.#record.addOutput(stream, bytes, data);
    if (data.length > 0) this.#emit({ kind: 'output', phase, stream, data });
    void this.#events.then(() => this.#take({ kind: 'output taken', bytes, epoch }));
  }

  #keepFile(path: string, data: Uint8Array): void {
    try {
      this.#record.files.add(path, data);
    } catch (error) {
      this.#take({ kind: 'nonsense', detail: String(error) });
    }
  }

  #settle(settlement: Settlement): void {
    const end: RunEnd =
      settlement.kind === 'result' ? { kind: 'result', result: this.#record.result() } : settlement;
    if (end.kind === 'result') this.#emit({ kind: 'finished', result: end.result });
    for (const timer of this.#timers.keys()) if (timer !== 'kill') this.#clearTimer(timer);
    this.#input.close();
    this.#options.onStep({ kind: 'over', end });
    // The result waits for the events before it, so that the client sees nothing after its end.
    void this.#events.then(() => this.#end(end));
  }

  #leaveSlot(): void {
    for (const timer of this.#timers.keys()) this.#clearTimer(timer);
    this.#options.machine.stopListening(this.#execution);
    this.#vacate();
  }

  #setTimer(timer: Timer, ms: number): void {
    this.#clearTimer(timer);
    this.#timers.set(
      timer,
      setTimeout(() => this.#take(this.#expiryOf(timer)), ms),
    );
  }

  #expiryOf(timer: Timer): Event {
    if (timer !== 'unread') return { kind: 'timer', timer };
    return { kind: 'unread', isSlotWanted: this.#options.isSlotWanted() };
  }

  #clearTimer(timer: Timer): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }

  #emit(event: ExecutionEvent): void {
    // A client that is gone takes nothing more; that must not hold up the rest.
    this.#events = this.#events.then(() => this.#options.sink(event)).catch(() => undefined);
  }
}

function termsOf(program: Program, maxUnreadMs: number): Terms {
  const { compileLimits, runLimits } = program;
  return {
    timeLimitMs: program.timeLimitMs,
    wallTimeMs: { compile: compileLimits.wallTimeMs, run: runLimits.wallTimeMs },
    maxOutputBytes: program.maxOutputBytes,
    hasFiles: program.outputFiles.length > 0,
    outputWindowBytes,
    creditPortionBytes,
    maxUnreadMs,
  };
}
