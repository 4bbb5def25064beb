// Restores the one line that PBot's users write from the arguments that a shell has split it into.

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
