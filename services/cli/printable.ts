// Makes texts safe to print on a terminal.

/** Characters that a terminal does not show but obeys, or that change the order of others. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Makes a text of unknown origin safe for a terminal: characters that the terminal would obey become their numbers. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16);
    return number.length > 4 ? `\\u{${number}}` : `\\u${number.padStart(4, '0')}`;
  });
}

/** A command line with its arguments quoted as a shell would take them; unprintable characters become their numbers. */
export function quotedCommand(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${printable(word).replaceAll("'", "'\\''")}'`;
}
