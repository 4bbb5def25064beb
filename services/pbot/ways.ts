// What PBot does for languages other than C: what it adds to the code, and what it leaves out of their messages.

/** How one language is run for PBot's users. */
interface Way {
  /** Options behind those of the user. */
  readonly options?: (code: string) => readonly string[];
  readonly code?: (code: string) => string;
  /** Makes what the interpreter says readable. */
  readonly clean?: (messages: string) => string;
}

/** An argument of a program has less than 128 KiB (execve(2), MAX_ARG_STRLEN). */
const maxArgumentBytes = 100_000;

const ways = new Map<string, Way>([
  // The value of the last expression is printed. Unlike PBot's, the program has its own standard input.
  ['javascript', { options: (code) => (fitsAnArgument(code) ? ['-p', asValue(code)] : []) }],
  // Otherwise it would go on with standard input.
  ['bc', { code: (code) => `${code}\nquit\n` }],
  ['perl', { clean: withoutPerlPlaces }],
  ['scheme', { code: withoutEmptyFirstLine }],
  ['clisp', { code: withoutEmptyFirstLine }],
]);

/**
 * @param language as the machines know it
 * @param code may be empty: the options ask for something else than to run it
 */
export function inPbotsWay(
  language: string,
  { code, options }: { code: string; options: readonly string[] },
): { code: string; options: readonly string[]; clean: (messages: string) => string } {
  const way = code === '' ? undefined : ways.get(language);
  return {
    code: way?.code?.(code) ?? code,
    options: [...options, ...(way?.options?.(code) ?? [])],
    clean: way?.clean ?? ((messages) => messages),
  };
}

function fitsAnArgument(code: string): boolean {
  return Buffer.byteLength(code) <= maxArgumentBytes && !code.includes('\0');
}

/** What begins with a dash would be taken for an option. */
function asValue(code: string): string {
  return code.startsWith('-') ? `\n${code}` : code;
}

function withoutEmptyFirstLine(code: string): string {
  return code.replace(/^[ \t]*\n/, '');
}

/** Leaves out where an error of syntax is, for the code of users of PBot is one line, and that nothing was run for it. */
function withoutPerlPlaces(messages: string): string {
  return messages
    .replace(/ at \S+ line \d+, near "[^\n]*"/g, '')
    .replace(/^Execution of \S+ aborted due to compilation errors\.\n?/gm, '');
}
