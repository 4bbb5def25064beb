// The rule for the size of a terminal, which host and guest both check.

/** Rows and columns. */
export const maxTerminalSize = 1000;

/** @param count of rows or of columns */
export function isTerminalSize(count: number): boolean {
  return count >= 1 && count <= maxTerminalSize;
}
