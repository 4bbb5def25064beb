// What every language is tried with on a real machine, besides its hello program.

/** The programs of a language that show that all of a request gets there and all of a result comes back. */
export interface Cases {
  /** Writes all of its standard input to its standard output. */
  readonly input: Case;
  /** Prints each of its arguments on a line of its own. They are `a b`, an empty one, and `Grüße`. */
  readonly arguments: Case;
  /** Ends with the exit code 3, and prints nothing. */
  readonly exitCode: Case;
  /** Prints the line `Grüße, 世界 😀`, whose characters stand in the source as they are. */
  readonly unicode: Case;
  /** Is no program of the language. */
  readonly syntaxError: Failure | Inapplicable;
  /** Begins to run, and fails. */
  readonly runTimeError: Failure | Inapplicable;
  /** Prints the line `hello from a module` by the help of another file. */
  readonly modules: Modules | Inapplicable;
}

/** The code of a program. It ends with 0 unless the case says otherwise. */
export type Case = string | Inapplicable;

/** The language can't have this case. */
export interface Inapplicable {
  /** Why, as the rest of a sentence that begins with the language: `reads no arguments`. */
  readonly inapplicable: string;
}

/** A program that must fail. */
export interface Failure {
  readonly code: string;
  /** The phase that ends with another exit code than 0, or by a signal. */
  readonly phase: 'compile' | 'run';
  /** A part of what that phase prints, on either stream. */
  readonly says: string;
  /** The line of the code that is named there, from 1; absent where the language names none. */
  readonly line?: number;
}

/** A program of several files, by path; the first one is the code. */
interface Modules {
  readonly files: Readonly<Record<string, string>>;
}
