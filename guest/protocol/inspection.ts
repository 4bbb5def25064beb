// Sizes of what an inspection of a program takes and gives, on which both ends of the channel agree.

/** Longest expression whose value is asked for. */
export const maxExpressionBytes = 2048;

/** Longest report of an inspection. */
export const maxReportBytes = 8192;
