// The text that is pasted for a program: its source, how it was run, and what it said, the latter two as comments.

import { trimEnd } from '../white-space.js';

export interface Pasted {
  /** As the machines know it. */
  readonly language: string;
  readonly source: string;
  /** Command lines of the phases. */
  readonly commands: readonly (readonly string[])[];
  readonly arguments: readonly string[];
  readonly stdin: string;
  /** What users see of the result. */
  readonly output: string;
}

/** Longer lines of a comment are broken at a blank. */
const maxLineLength = 120;

export function pasteText(pasted: Pasted): string {
  const { language, source, commands, output, stdin } = pasted;
  const details = [
    commands.map((command) => command.join(' ')).join('; '),
    ...(pasted.arguments.length > 0 ? [`arguments: ${pasted.arguments.join(' ')}`] : []),
    ...(stdin === '' ? [] : [`stdin: ${trimEnd(stdin)}`]),
  ];
  const blocks = [
    ['CMDLINE', details.join('\n')],
    ['OUTPUT', output],
  ] as const;
  const comments = blocks.map(([title, text]) => comment(language, title, wrapped(text)));
  return `${trimEnd(source)}\n\n${comments.join('\n\n')}\n`;
}

/** How a language comments: marks around a block, or in front of each line. */
interface CommentStyle {
  readonly begin: string;
  readonly end: string;
  readonly line: string;
  /** What must not stand in the text, and what stands for it. */
  readonly escapes?: readonly [string, string];
}

const shell: CommentStyle = { begin: ": <<'____'", end: '____', line: '' };
const hash: CommentStyle = { begin: '', end: '', line: '# ' };
const lisp: CommentStyle = { begin: '#|', end: '|#', line: '', escapes: ['|#', '| #'] };

const styles: Readonly<Record<string, CommentStyle>> = {
  bash: shell,
  ksh: shell,
  mksh: shell,
  sh: shell,
  zsh: shell,
  fish: hash,
  awk: hash,
  perl: hash,
  ruby: hash,
  tcl: hash,
  python3: { begin: '"""', end: '"""', line: '', escapes: ['"""', "'''"] },
  lua: { begin: '--[==[', end: ']==]', line: '', escapes: [']==]', ']= =]'] },
  haskell: { begin: '{-', end: '-}', line: '', escapes: ['-}', '- }'] },
  scheme: lisp,
  clisp: lisp,
  prolog: { begin: '', end: '', line: '% ' },
};

const ofC: CommentStyle = { begin: '/*', end: '*/', line: '', escapes: ['*/', '* /'] };

function comment(language: string, title: string, text: string): string {
  const { begin, end, line, escapes } = styles[language] ?? ofC;
  const body = escapes === undefined ? text : text.replaceAll(...escapes);
  const lines = [`------------ ${title} ------------`, ...body.split('\n')];
  const commented = lines.map((each) => trimEnd(`${line}${each}`));
  const marked = (mark: string) => (mark === '' ? [] : [mark]);
  return [...marked(begin), ...commented, ...marked(end)].join('\n');
}

function wrapped(text: string): string {
  return text.split('\n').flatMap(wrapLine).join('\n');
}

function wrapLine(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > maxLineLength) {
    const blank = rest.lastIndexOf(' ', maxLineLength);
    const length = blank > 0 ? blank : maxLineLength;
    lines.push(rest.slice(0, length));
    rest = rest.slice(blank > 0 ? length + 1 : length);
  }
  return [...lines, rest];
}
