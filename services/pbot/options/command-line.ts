// Reads PBot's command line for a program.

import { blank, trim, trimStart, visible } from '../white-space.js';

/** What a user of PBot wrote, taken apart. */
export interface CommandLine {
  /** Lower case. `?` asks for the list of languages. */
  readonly language: string;
  /** Empty: whichever is free. */
  readonly machine: string;
  readonly code: string;
  /** Of the compiler or interpreter, in place of the language's own. */
  readonly options: readonly string[];
  /** Of the program. */
  readonly arguments: readonly string[];
  readonly stdin: string;
  /** Shows the command line that ran. */
  readonly showsInfo: boolean;
}

/** The usage that users of PBot know. */
export const usage =
  'Usage: cc [-lang=<language>] [-info] [-paste] [-args "command-line arguments"] ' +
  '[compiler/language options] <code> [-stdin <stdin input>]';

const defaultLanguage = 'c11';

/**
 * Languages whose comments begin with `--`: such a word begins the code. Other versions follow the name (`lua5.4`). The
 * languages are data of the guest, which is not known where a line is read; so these are named here.
 */
const languagesWithDashComments = new Set([
  'ada',
  'elm',
  'ghc',
  'gnat',
  'haskell',
  'hs',
  'lua',
  'luajit',
  'runghc',
  'sql',
  'sqlite',
  'vhdl',
]);

/**
 * Reads PBot's way to write a program on one line:
 * `[-lang=X] [-vm=X] [-info] [-paste] [-args "..."] [-option ...] [--] code [-stdin text]`.
 * `-paste` is PBot's own business and has no effect here. `--` ends the options, for code that begins with a dash.
 *
 * @param fallbackLanguage taken where the line names none
 */
export function parseCommandLine(line: string, fallbackLanguage = defaultLanguage): CommandLine {
  let rest = trimStart(line);
  let language = fallbackLanguage.toLowerCase();
  let machine = '';
  let showsInfo = false;
  let args: string[] = [];
  const options: string[] = [];
  for (
    let option = leadingOption(rest, language);
    option !== undefined;
    option = option.name === 'end' ? undefined : leadingOption(rest, language)
  ) {
    rest = rest.slice(option.length);
    switch (option.name) {
      case 'lang':
        language = option.value.toLowerCase();
        break;
      case 'vm':
        machine = option.value;
        break;
      case 'args':
        args = splitWords(unquote(option.value));
        break;
      case 'info':
        showsInfo = true;
        break;
      case 'other':
        options.push(option.value);
        break;
      case 'paste':
      case 'end':
        break;
    }
  }
  const { code, stdin } = splitStdin(rest);
  return {
    language,
    machine,
    code: expandNewlines(trim(code)),
    options,
    arguments: args,
    stdin,
    showsInfo,
  };
}

/** Words as a shell would split them. A quote without its partner stands for itself. */
export function splitWords(text: string): string[] {
  const words = text.match(wordOfShell) ?? [];
  return words.map((word) =>
    word.replace(/\\.|"(?:[^"\\]|\\.)*"|'[^']*'/gs, (part) =>
      part.startsWith('\\') ? part.slice(1) : unquote(part),
    ),
  );
}

const wordOfShell = new RegExp(String.raw`(?:\\.|"(?:[^"\\]|\\.)*"|'[^']*'|${visible})+`, 'gs');

interface LeadingOption {
  readonly name: 'lang' | 'vm' | 'args' | 'info' | 'paste' | 'end' | 'other';
  readonly value: string;
  /** Characters of the line, the space behind included. */
  readonly length: number;
}

const patterns: readonly (readonly [LeadingOption['name'], RegExp])[] = [
  ['lang', optionPattern(`-lang[= ]${blank}*(${visible}+)`)],
  ['vm', optionPattern(`-vm=(${visible}+)`)],
  ['args', optionPattern(String.raw`-args[= ]${blank}*("(?:[^"\\]|\\.)*"|'[^']*'|${visible}+)`)],
  ['info', optionPattern('-info')],
  ['paste', optionPattern('-paste')],
  ['end', optionPattern('--')],
  // `-stdin` belongs to the end of the line.
  ['other', optionPattern(`(?!-stdin(?:=|${blank}|$))(-${visible}+)`)],
];

function optionPattern(option: string): RegExp {
  return new RegExp(`^${option}(?:${blank}+|$)`, 's');
}

function leadingOption(text: string, language: string): LeadingOption | undefined {
  if (text.startsWith('--') && hasDashComments(language)) return undefined;
  for (const [name, pattern] of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return { name, value: match[1] ?? '', length: match[0].length };
  }
  return undefined;
}

function hasDashComments(language: string): boolean {
  return languagesWithDashComments.has(/^[a-z]*/.exec(language)?.[0] ?? '');
}

function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || text.at(-1) !== quote) return text;
  if (quote === "'") return text.slice(1, -1);
  if (quote === '"') return text.slice(1, -1).replace(/\\(["\\])/g, '$1');
  return text;
}

/**
 * What the code has that is no plain text: an escape, or a literal in quotes. Escapes first: a quote after a backslash
 * opens nothing. It also keeps a search linear in the code's length: of each kind of quote only the last can lack a
 * partner. A quote without one stands for itself.
 */
const escapeOrLiteral = String.raw`\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;

const escapes = new RegExp(escapeOrLiteral, 'gs');

/** Go and JavaScript have literals in a third kind of quotes. */
const stdinMarks = new RegExp(
  `${escapeOrLiteral}|\`(?:[^\`\\\\]|\\\\.)*\`|(?<!${visible})-stdin(?:=|${blank}|$)`,
  'gs',
);

/** The input follows the last `-stdin` outside of quotes. */
function splitStdin(text: string): { code: string; stdin: string } {
  let mark: RegExpExecArray | undefined;
  for (const found of text.matchAll(stdinMarks)) if (found[0].startsWith('-')) mark = found;
  if (mark === undefined) return { code: text, stdin: '' };
  const stdin = trim(text.slice(mark.index + mark[0].length));
  return { code: text.slice(0, mark.index), stdin: `${unquote(stdin)}\n` };
}

/** IRC has no line ends: `\n` outside quotes stands for one. */
function expandNewlines(code: string): string {
  return code.replace(escapes, (part) => (part === '\\n' ? '\n' : part));
}
