// What is known of an execution: how its phases ended, what they used and printed, its files, and the events on the way.

export type Phase = 'compile' | 'run';

export type OutputStream = 'stdout' | 'stderr';

/** What ended a phase before its own end. */
export type Limit =
  | 'wall time'
  | 'cpu time'
  | 'memory'
  | 'processes'
  | 'file size'
  | 'output'
  | 'cancelled';

/** How the main process of a phase ended. */
export type Outcome =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'signalled'; readonly signal: string };

/** What the processes of a phase used. `undefined` and 0: not known. */
export interface Usage {
  readonly wallTimeMs: number;
  readonly cpuUserMs?: number;
  readonly cpuSystemMs?: number;
  readonly peakMemoryBytes: number;
  readonly peakProcesses: number;
}

export interface CapturedOutput {
  /** Where some were dropped, those before them. */
  readonly data: Uint8Array;
  readonly totalBytes: number;
  /** Between data and tail. */
  readonly droppedBytes: number;
  /** Empty where none were dropped. */
  readonly tail: Uint8Array;
  readonly truncated: boolean;
}

export interface PhaseResult {
  readonly command: readonly string[];
  /** Absent where the phase was ended before that was known. */
  readonly outcome?: Outcome;
  readonly limit?: Limit;
  readonly usage: Usage;
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
  /** What an inspection has found; absent: nothing, or there was none. Not part of the public contract. */
  readonly report?: string;
}

export interface ExecutionIdentity {
  readonly executionId: string;
  readonly requestId: string;
  readonly machine: string;
  readonly generation: number;
  /** Name of the language, where the request may have held an alias. */
  readonly language: string;
}

export interface ExecutionResult extends ExecutionIdentity {
  readonly compile?: PhaseResult;
  readonly run?: PhaseResult;
  /** What was asked for of the files that the program has left, by path. */
  readonly files: readonly OutputFile[];
  readonly filesTruncated: boolean;
}

export interface OutputFile {
  /** In the working directory. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** In this order: started, then for each phase phase-started and output, then finished; nothing after it. */
export type ExecutionEvent =
  | ({ readonly kind: 'started' } & ExecutionIdentity)
  | { readonly kind: 'phase-started'; readonly phase: Phase; readonly command: readonly string[] }
  | {
      readonly kind: 'output';
      readonly phase: Phase;
      readonly stream: OutputStream;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'finished'; readonly result: ExecutionResult };
