// Reads PBot's command line for a program.

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
 * Reads PBot's way to write a program on one line:
 * `[-lang=X] [-vm=X] [-info] [-paste] [-args "..."] [-option ...] code [-stdin text]`.
 * `-paste` is PBot's own business and has no effect here.
 *
 * @param fallbackLanguage taken where the line names none
 */
export function parseCommandLine(line: string, fallbackLanguage = defaultLanguage): CommandLine {
  let rest = line.trimStart();
  let language = fallbackLanguage;
  let machine = '';
  let showsInfo = false;
  let args: string[] = [];
  const options: string[] = [];
  for (let option = leadingOption(rest); option !== undefined; option = leadingOption(rest)) {
    rest = rest.slice(option.length);
    switch (option.name) {
      case 'lang':
        language = option.value;
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
      case 'paste':
        break;
      case 'other':
        options.push(option.value);
    }
  }
  const { code, stdin } = splitStdin(rest);
  return {
    language: language.toLowerCase(),
    machine,
    code: expandNewlines(code.trim()),
    options,
    arguments: args,
    stdin,
    showsInfo,
  };
}

/** Words as a shell would split them. A quote without its partner stands for itself. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:\\.|"(?:[^"\\]|\\.)*"|'[^']*'|\S)+/gs) ?? [];
  return words.map((word) =>
    word.replace(/\\.|"(?:[^"\\]|\\.)*"|'[^']*'/gs, (part) =>
      part.startsWith('\\') ? part.slice(1) : unquote(part),
    ),
  );
}

interface LeadingOption {
  readonly name: 'lang' | 'vm' | 'args' | 'info' | 'paste' | 'other';
  readonly value: string;
  /** Characters of the line, the space behind included. */
  readonly length: number;
}

const quotedOrWord = String.raw`("(?:[^"\\]|\\.)*"|'[^']*'|\S+)`;

const patterns: readonly (readonly [LeadingOption['name'], RegExp])[] = [
  ['lang', /^-lang[= ]\s*(\S+)(?:\s+|$)/s],
  ['vm', /^-vm=(\S+)(?:\s+|$)/s],
  ['args', new RegExp(String.raw`^-args[= ]\s*${quotedOrWord}(?:\s+|$)`, 's')],
  ['info', /^-info(?:\s+|$)/],
  ['paste', /^-paste(?:\s+|$)/],
  // `-stdin` belongs to the end of the line.
  ['other', /^(?!-stdin[= ])(-[^\s]+)(?:\s+|$)/],
];

function leadingOption(text: string): LeadingOption | undefined {
  for (const [name, pattern] of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return { name, value: match[1] ?? '', length: match[0].length };
  }
  return undefined;
}

function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || text.at(-1) !== quote) return text;
  if (quote === "'") return text.slice(1, -1);
  if (quote === '"') return text.slice(1, -1).replace(/\\(["\\])/g, '$1');
  return text;
}

function splitStdin(text: string): { code: string; stdin: string } {
  const match = /(?:^|\s)-stdin[= ]/.exec(text);
  if (match === null) return { code: text, stdin: '' };
  const stdin = text.slice(match.index + match[0].length).trim();
  return { code: text.slice(0, match.index), stdin: `${unquote(stdin)}\n` };
}

/** IRC has no line ends: `\n` outside quotes stands for one. */
function expandNewlines(code: string): string {
  // Escapes first: a quote behind a backslash opens nothing. It also keeps the search linear in the code's length.
  return code.replace(/\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, (part) =>
    part === '\\n' ? '\n' : part,
  );
}
