// What has come of an execution: its output, how its phases ended, its files; put together to one result.

import type { PhaseEnding } from './events.js';
import { FileCollection } from './file-collection.js';
import { KeptOutput } from './kept-output.js';
import type { CutPhase } from './phases.js';
import type {
  CapturedOutput,
  ExecutionIdentity,
  ExecutionResult,
  OutputStream,
  Phase,
  PhaseResult,
} from './result.js';

const nothing = Buffer.alloc(0);

/** Holds bytes only: which report may come when is decided before (phases.ts). */
export class ExecutionRecord {
  readonly files: FileCollection;
  readonly #identity: ExecutionIdentity;
  readonly #maxKeptBytes: number;
  readonly #results: { compile?: PhaseResult; run?: PhaseResult } = {};
  #capture: PhaseCapture;

  constructor(
    identity: ExecutionIdentity,
    options: {
      /** Of each stream of each phase that the result holds; 0 for a client that was streamed to and has all. */
      maxKeptBytes: number;
      files: { globs: readonly string[]; maxFiles: number; maxBytes: number };
    },
  ) {
    this.#identity = identity;
    this.#maxKeptBytes = options.maxKeptBytes;
    this.files = new FileCollection(options.files);
    this.#capture = new PhaseCapture([], this.#maxKeptBytes);
  }

  openPhase(command: readonly string[]): void {
    this.#capture = new PhaseCapture(command, this.#maxKeptBytes);
  }

  /** @param taken what of it is within the limit on output */
  addOutput(stream: OutputStream, totalBytes: number, taken: Uint8Array): void {
    this.#capture.addOutput(stream, totalBytes, taken);
  }

  closePhase(phase: Phase, ending: PhaseEnding): void {
    this.#results[phase] = this.#capture.close(ending);
    this.#capture = new PhaseCapture([], this.#maxKeptBytes);
  }

  cutPhase({ phase, limit, wallTimeMs }: CutPhase): void {
    this.closePhase(phase, { limit, usage: { wallTimeMs, peakMemoryBytes: 0, peakProcesses: 0 } });
  }

  result(): ExecutionResult {
    return { ...this.#identity, ...this.#results, ...this.files.result() };
  }
}

class PhaseCapture {
  readonly #command: readonly string[];
  readonly #streams: Readonly<Record<OutputStream, StreamCapture>>;

  constructor(command: readonly string[], maxKeptBytes: number) {
    this.#command = command;
    this.#streams = {
      stdout: new StreamCapture(maxKeptBytes),
      stderr: new StreamCapture(maxKeptBytes),
    };
  }

  addOutput(stream: OutputStream, totalBytes: number, taken: Uint8Array): void {
    this.#streams[stream].add(totalBytes, taken);
  }

  close(ending: PhaseEnding): PhaseResult {
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
