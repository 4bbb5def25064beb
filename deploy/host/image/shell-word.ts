// Quotes words for the shell.

/** The word as the shell reads it back. */
export function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
