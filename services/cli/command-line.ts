// Reads the command line of vm-exec: PBot's options, in front of the code only, so that nothing in the code is one.

import { hasDashComments } from '../pbot/options/compiler-options.js';
import { escapeOrLiteral, expandLineEnds } from '../pbot/options/line-ends.js';
import { splitWords, withoutQuotes } from '../pbot/options/words.js';
import { blank, trim, trimStart, visible } from '../pbot/white-space.js';

/** A command line, taken apart. */
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

const defaultLanguage = 'c11';

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
        args = splitWords(withoutQuotes(option.value));
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
    code: expandLineEnds(trim(code)),
    options,
    arguments: args,
    stdin,
    showsInfo,
  };
}

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
  return { code: text.slice(0, mark.index), stdin: `${withoutQuotes(stdin)}\n` };
}
