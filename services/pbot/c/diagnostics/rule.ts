// What a rule is that shortens messages of compilers, linkers, sanitizers and debuggers.

export interface Rule {
  readonly name: string;
  /** With the flags `g` and `m`. It looks at each character a bounded number of times. */
  readonly pattern: RegExp;
  readonly replacement: string;
  /** The rule is left out where the lines of the source are shown. */
  readonly onlyWithoutLines?: boolean;
}

/** The lines of the source that a compiler shows below a message, and its carets. */
export const excerpt = String.raw`(?: *\d* \|[^\n]*(?:\n|$))*`;

/** A pattern for a whole line, and its excerpt. */
export function line(text: string): RegExp {
  return new RegExp(`^${text}(?:\\n|$)${excerpt}`, 'gm');
}

/** A kind of quotes, whichever the compiler uses. */
export const quote = `[\u2018\u2019'\`"]`;

/** Source, line and column at the beginning of a message. */
export const position = String.raw`(?:[^\s:]+:\d+:(?:\d+:)? )?`;
