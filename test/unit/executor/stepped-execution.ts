// An execution for tests of `step`: it throws where the reducer sees a guest error, and keeps what comes of the rest.

import type { Command, Event, PhaseEnding } from '../../../services/executor/execution/events.js';
import { ExecutionOrderError, phaseUnderWay } from '../../../services/executor/execution/phases.js';
import { ExecutionRecord } from '../../../services/executor/execution/record.js';
import type {
  ExecutionResult,
  Limit,
  OutputStream,
  Phase,
} from '../../../services/executor/execution/result.js';
import { begin, type ExecutionState, isLive } from '../../../services/executor/execution/state.js';
import { step } from '../../../services/executor/execution/step.js';

export const identity = {
  executionId: 'id',
  requestId: 'request',
  machine: 'pbot-vm',
  generation: 3,
  language: 'sh',
};

const windowBytes = 1024 * 1024;

export interface SteppedOptions {
  readonly maxOutputBytes?: number;
  readonly maxKeptBytes?: number;
  readonly files?: { globs: readonly string[]; maxFiles: number; maxBytes: number };
}

export class SteppedExecution {
  readonly #record: ExecutionRecord;
  #state: ExecutionState;

  constructor({ maxOutputBytes = 100, maxKeptBytes = 100, files }: SteppedOptions = {}) {
    this.#record = new ExecutionRecord(identity, {
      maxKeptBytes,
      files: files ?? { globs: [], maxFiles: 0, maxBytes: 0 },
    });
    this.#state = begin({
      timeLimitMs: 10_000,
      wallTimeMs: { compile: undefined, run: undefined },
      maxOutputBytes,
      hasFiles: files !== undefined && files.globs.length > 0,
      outputWindowBytes: windowBytes,
      creditPortionBytes: windowBytes / 4,
      maxUnreadMs: 3000,
    });
  }

  get state(): ExecutionState {
    return this.#state;
  }

  get phase(): Phase | undefined {
    return isLive(this.#state) ? phaseUnderWay(this.#state.progress) : undefined;
  }

  get areFilesAwaited(): boolean {
    if (!isLive(this.#state)) return false;
    const { progress } = this.#state;
    return progress.at === 'sending files' && progress.areAwaited;
  }

  startPhase(phase: Phase, command: readonly string[], nowMs: number): void {
    this.#take({ kind: 'phase started', phase, command }, nowMs);
  }

  addOutput(stream: OutputStream, data: Uint8Array): Uint8Array {
    const commands = this.#take({ kind: 'output', stream, data });
    const passed = commands.find((each) => each.kind === 'pass output');
    return passed?.data ?? new Uint8Array(0);
  }

  finishPhase(phase: Phase, ending: PhaseEnding): void {
    this.#take({ kind: 'phase finished', phase, ending });
  }

  addFile(path: string, data: Uint8Array): void {
    this.#take({ kind: 'file', path, data });
  }

  endFiles({ isTruncated }: { isTruncated: boolean }): void {
    this.#take({ kind: 'files finished', isTruncated });
  }

  /** Has it end, for a limit or by itself. */
  finish(nowMs: number, limit?: Limit): Omit<ExecutionResult, 'files' | 'filesTruncated'> {
    if (limit !== undefined) this.#take({ kind: 'stop', cause: limit }, nowMs);
    this.#take({ kind: 'finished' }, nowMs);
    const { files: _files, filesTruncated: _filesTruncated, ...result } = this.#record.result();
    return result;
  }

  files(): Pick<ExecutionResult, 'files' | 'filesTruncated'> {
    return this.#record.files.result();
  }

  #take(event: Event, nowMs = 0): readonly Command[] {
    if (!isLive(this.#state)) throw new ExecutionOrderError(`it is ${this.#state.name}`);
    const { state, commands } = step(this.#state, event, nowMs);
    const fault = commands.find((each) => each.kind === 'report fault');
    if (fault !== undefined) throw new ExecutionOrderError(fault.fault.detail);
    for (const command of commands) this.#keep(command);
    this.#state = state;
    return commands;
  }

  #keep(command: Command): void {
    if (command.kind === 'open phase') this.#record.openPhase(command.command);
    if (command.kind === 'pass output') {
      this.#record.addOutput(command.stream, command.totalBytes, command.data);
    }
    if (command.kind === 'close phase') this.#record.closePhase(command.phase, command.ending);
    if (command.kind === 'cut phase') this.#record.cutPhase(command);
    if (command.kind === 'await files') this.#record.files.open();
    if (command.kind === 'keep file') this.#record.files.add(command.path, command.data);
    if (command.kind === 'end files') this.#record.files.end(command);
  }
}
