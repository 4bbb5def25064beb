// Line ends in code: IRC has none, so that users write `\n`.

/** Has each `\n` outside of quotes be a line end. */
export function expandLineEnds(code: string): string {
  return code.replace(escapesAndLiterals, (part) => (part === '\\n' ? '\n' : part));
}

/**
 * What code has that is no plain text: an escape, or a literal in quotes. Escapes first: a quote after a backslash opens nothing. It
 * also keeps a search linear in the code's length: of each kind of quote only the last can lack a partner. A quote without one stands
 * for itself.
 */
export const escapeOrLiteral = String.raw`\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;

const escapesAndLiterals = new RegExp(escapeOrLiteral, 'gs');
