// What may be asked of a program besides its run: a look at it where it crashes or prints nothing.

/** How a program is looked at that crashes or prints nothing. Clients of gRPC can't ask for it: it belongs to PBot's doors. */
export interface Inspection {
  /** Reported with its value where the program prints nothing; empty: the local variables of main. */
  readonly lastExpression: string;
  /** The code had no main and was given one. */
  readonly mainWasMade: boolean;
  /** The code uses macros of the debugger, so the program runs under it. */
  readonly usesMacros: boolean;
}
