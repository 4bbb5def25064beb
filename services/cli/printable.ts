/** Characters that a terminal does not show but obeys, or that change the order of others. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text for a terminal, whoever has written it: what it would obey is told by its number. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16);
    return number.length > 4 ? `\\u{${number}}` : `\\u${number.padStart(4, '0')}`;
  });
}

/** The words of a command so that one sees where each begins, and that a shell would take again unless it holds what is unprintable. */
export function quotedCommand(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${printable(word).replaceAll("'", "'\\''")}'`;
}
