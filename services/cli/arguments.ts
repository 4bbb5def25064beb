// Restores the one line that PBot's users write from the arguments that a shell has split it into.

/**
 * Joins arguments to the one line that PBot's users write. The value of `-args` gets back the quotes that the shell took
 * off.
 */
export function joinArguments(argv: readonly string[]): string {
  return argv
    .map((word, i) => {
      const isValue = argv[i - 1] === '-args';
      return isValue ? `"${word.replace(/["\\]/g, '\\$&')}"` : word;
    })
    .join(' ');
}
