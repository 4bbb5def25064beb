// Rules for messages of GCC and Clang.

import { excerpt, line, position, quote, type Rule } from './rule.js';

const note = (text: string) => line(`${position}note: ${text}`);

/** @param source the name of the source, as a regular expression */
export function compilerRules(source: string): readonly Rule[] {
  return [...frame(source), ...notes, ...binary, ...parts(source)];
}

/** What stands around messages. */
function frame(source: string): Rule[] {
  return [
    {
      name: 'files that include each other',
      pattern: /^In file included from [^\n]*(?:\n +from [^\n]*)*(?:\n|$)/gm,
      replacement: '',
    },
    {
      name: 'the function main',
      pattern: new RegExp(
        `^${source}: In function ${quote}(?:int )?main(?:\\([^\\n]*\\))?${quote}:(?:\\n|$)`,
        'gm',
      ),
      replacement: '',
    },
    {
      name: 'no function',
      pattern: new RegExp(`^${source}: At (?:top level|global scope):(?:\\n|$)`, 'gm'),
      replacement: '',
    },
    {
      name: 'warnings that are errors',
      pattern: /^cc1(?:plus)?: [^\n]*warnings being treated as errors(?:\n|$)/gm,
      replacement: '',
    },
    {
      name: 'each identifier once',
      pattern: line(
        `${position}(?:note|error): \\(?[Ee]ach undeclared identifier is reported only once[^\\n]*`,
      ),
      replacement: '',
    },
    {
      name: 'in this function once',
      pattern: line(`${position}(?:note|error): for each function it appears in\\.\\)`),
      replacement: '',
    },
    {
      name: 'the end of the compilation',
      pattern: /^compilation terminated[^\n]*(?:\n|$)/gm,
      replacement: '',
    },
    {
      name: 'counts of messages',
      pattern: /^\d+ (?:warning|error)s?(?: and \d+ errors?)? generated\.(?:\n|$)/gm,
      replacement: '',
    },
  ];
}

const notes: readonly Rule[] = [
  {
    name: 'shadowed declarations',
    pattern: note('shadowed declaration[^\\n]*'),
    replacement: '',
    onlyWithoutLines: true,
  },
  {
    name: 'earlier declarations',
    pattern: note('(?:previous|earlier) (?:implicit )?(?:declaration|definition)[^\\n]*'),
    replacement: '',
  },
  {
    name: 'declared here',
    pattern: note(`${quote}[^\\n]*${quote} (?:was )?(?:previously )?(?:declared|defined) here`),
    replacement: '',
  },
  {
    name: 'macros that a message comes from',
    pattern: note(
      '(?:in expansion of macro|in definition of macro|expanded from macro|expanded from here)[^\\n]*',
    ),
    replacement: '',
  },
  {
    name: 'nested functions',
    pattern: line(`${position}warning: ISO C forbids nested functions[^\\n]*`),
    replacement: '',
  },
];

/** The note in place of warnings about `%b`. */
export const binaryNote = 'note: %b is a candide extension';

const unknownB = `(?:ISO C\\w* does not support the ${quote}%[^\\n]*b${quote} gnu_printf format|unknown conversion type character ${quote}b${quote} in format|invalid conversion specifier ${quote}b${quote})[^\\n]*`;
const unusedArgument =
  '(?:too many arguments for format|data argument not used by format string)[^\\n]*';

const binary: readonly Rule[] = [
  {
    name: 'the conversion b',
    pattern: new RegExp(
      `^${position}warning: ${unknownB}(?:\\n|$)${excerpt}(?:${position}warning: ${unusedArgument}(?:\\n|$)${excerpt})?`,
      'gm',
    ),
    replacement: `${binaryNote}\n`,
  },
];

function parts(source: string): Rule[] {
  return [
    { name: 'first use', pattern: / \(first use in this function\)/g, replacement: '' },
    { name: 'enabled by default', pattern: / \[enabled by default\]/g, replacement: '' },
    {
      name: 'other functions',
      pattern: new RegExp(`^${source}: (?=In )`, 'gm'),
      replacement: '',
    },
    {
      name: 'line and column',
      pattern: new RegExp(`^${source}:\\d+:(?:\\d+:)? ?`, 'gm'),
      replacement: '',
      onlyWithoutLines: true,
    },
    {
      name: 'the name of the source',
      pattern: new RegExp(`^${source}:(?=\\d)`, 'gm'),
      replacement: '',
    },
    {
      name: 'places in headers of the system',
      pattern: /^\/usr\/[^\s:]+:\d+:(?:\d+:)? /gm,
      replacement: '',
    },
    { name: 'quotes of words', pattern: /[\u2018\u2019`]/g, replacement: "'" },
    { name: 'tabs', pattern: /\t/g, replacement: '   ' },
  ];
}
