/**
 * Puts the words that a shell has split back into the one line that PBot's users write. The value of `-args` and
 * `-stdin` gets back the quotes that the shell took off.
 */
export function joinArguments(words: readonly string[]): string {
  return words
    .map((word, i) => {
      const isValue = words[i - 1] === '-args';
      return isValue ? `"${word.replace(/["\\]/g, '\\$&')}"` : word;
    })
    .join(' ');
}

/** Settings that no client can do with. */
export function reportUsageError(program: string, message: string): void {
  process.stderr.write(`${program}: ${message}\n`);
  process.exitCode = 2;
}
