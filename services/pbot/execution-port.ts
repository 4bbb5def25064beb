// What a conversation needs of whoever runs programs: the languages, and executions. The Executor is one; tests have others.

/** A program as PBot's users ask for it. */
export interface PbotProgram {
  /** Name or alias of a language. */
  readonly language: string;
  /** Empty: whichever machine is free. */
  readonly machine: string;
  readonly code: string;
  /** Of the compiler or interpreter, in place of the language's own. Empty: the language's own. */
  readonly options: readonly string[];
  /** Of the program. */
  readonly arguments: readonly string[];
  readonly stdin: Uint8Array;
  /** Who asked, and where: for the log. */
  readonly requestId: string;
  /** Those who wait take turns by it. */
  readonly requester: string;
  /** What an earlier program has left; it comes back in the result. Absent: nothing is kept. */
  readonly state?: readonly PbotFile[];
  /** The program is looked at if it crashes or prints nothing. Absent: it is not. */
  readonly inspection?: PbotInspection;
}

/** A file of the program's home, or of /tmp, where its path begins with `.tmp/`. */
export interface PbotFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** How a program is looked at. A guest without a debugger does not. */
interface PbotInspection {
  /** Reported with its value where the program prints nothing; empty: the local variables of main. */
  readonly lastExpression: string;
  /** The code had no main and was given one. */
  readonly mainWasMade: boolean;
  /** The code uses macros of the debugger, so the program runs under it. */
  readonly usesMacros: boolean;
}

export interface PbotLanguage {
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface PbotOutput {
  /** Where some were dropped, those before them. */
  readonly data: Uint8Array;
  readonly totalBytes: number;
  /** Between data and tail. */
  readonly droppedBytes: number;
  /** Empty where none were dropped. */
  readonly tail: Uint8Array;
}

export type PbotLimit =
  | 'wall time'
  | 'cpu time'
  | 'memory'
  | 'processes'
  | 'file size'
  | 'output'
  | 'cancelled';

export interface PbotPhase {
  readonly command: readonly string[];
  /** Absent where the phase was ended before that was known. */
  readonly outcome?:
    | { readonly kind: 'exited'; readonly exitCode: number }
    | { readonly kind: 'signalled'; readonly signal: string };
  /** What ended it before its own end. */
  readonly limit?: PbotLimit;
  readonly stdout: PbotOutput;
  readonly stderr: PbotOutput;
  /** What an inspection has found: of a crash, or the values of a program that has printed nothing. */
  readonly report?: string;
}

export interface PbotResult {
  /** What the program has left beside its source. Absent where nothing is kept, or not all of it has come. */
  readonly state?: readonly PbotFile[];
  /** Absent where the language has none. */
  readonly compile?: PbotPhase;
  /** Absent where it was not reached. */
  readonly run?: PbotPhase;
}

/** Why there is no result. */
export interface PbotFailure {
  /** A reason of services/lib/rpc/reasons.ts. */
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
  /** The values that the reason comes with, by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type PbotOutcome =
  | { readonly kind: 'result'; readonly result: PbotResult }
  | { readonly kind: 'failure'; readonly failure: PbotFailure };

/** Runs programs for one answer. */
export interface ExecutionPort {
  /** What the machines can run, sorted by name. Empty while no machine has been reached. */
  listLanguages(): readonly PbotLanguage[];
  /** Names that a program may ask for. */
  listMachines(): readonly string[];
  execute(program: PbotProgram): Promise<PbotOutcome>;
}
