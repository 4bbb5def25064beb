// Rules for what a program's libraries, sanitizers and debugger say while it runs.

import type { Rule } from './rule.js';

/** @param source the name of the source, as a regular expression */
export function runtimeRules(source: string): readonly Rule[] {
  return [
    ...sanitizerRules,
    {
      name: 'the name of the program in assertions',
      pattern: new RegExp(
        `^[^\\s:]+: ${source}:\\d+: (?:[^\\n:]|::)*: Assertion [\`']([^\\n]*)' failed\\.`,
        'gm',
      ),
      replacement: "Assertion '$1' failed.",
    },
    { name: 'core dumped', pattern: / ?\(core dumped\)/g, replacement: '' },
    {
      name: 'the name of the program in errors of the C library',
      pattern: /^\*\*\* Error in [`'][^'\n]*': ([^\n]*?)(?:: 0x[0-9a-f]+)? \*\*\*/gm,
      replacement: '$1',
    },
    {
      name: 'the back-trace of the C library',
      pattern:
        /^={3,} (?:Backtrace|Memory map): ={3,}(?:\n[^\n]*(?:\[0x[0-9a-f]+\]|[0-9a-f]+-[0-9a-f]+ [rwxps-]{4})[^\n]*)*(?:\n|$)/gm,
      replacement: '',
    },
    ...debuggerRules,
  ];
}

const sanitizerRules: readonly Rule[] = [
  {
    name: 'dumps of memory',
    pattern:
      /^0x[0-9a-f]+: note: [^\n]*(?:\n +[0-9a-f?]{2}(?: +[0-9a-f?]{2})*[^\S\n]*)?(?:\n +\^[ ~^]*)?(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'summaries',
    pattern: /^SUMMARY: \w+Sanitizer: [^\n]*(?:\n|$)/gm,
    replacement: '',
  },
  { name: 'rulers', pattern: /^={20,}(?:\n|$)/gm, replacement: '' },
  {
    name: 'signals of sanitizers',
    pattern:
      /^(?:\w+Sanitizer:DEADLYSIGNAL|\w+Sanitizer can not provide additional info\.|==\d+==(?:ABORTING|Hint: [^\n]*|Register values:))(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'stacks of sanitizers',
    pattern: /^ +#\d+ 0x[0-9a-f]+ [^\n]*(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'shadow bytes',
    pattern: /^Shadow bytes around the buggy address:(?:\n(?:=>| +)0x[0-9a-f]+:[^\n]*)*(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'the legend of shadow bytes',
    pattern: /^Shadow byte legend [^\n]*(?:\n +[A-Z][^\n:]*:[ \da-f]*)*(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'hints of sanitizers',
    pattern: /^HINT: this may be a false positive[^\n]*(?:\n +\([^\n]*\))?(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'processes of sanitizers',
    pattern: /^==\d+==(?:ERROR: )?/gm,
    replacement: '',
  },
  {
    name: 'registers of sanitizers',
    pattern: / (?:at pc|\(pc) 0x[0-9a-f]+ bp 0x[0-9a-f]+ sp 0x[0-9a-f]+(?: T\d+\))?/g,
    replacement: '',
  },
  { name: 'the address of an error', pattern: / on address 0x[0-9a-f]+/g, replacement: '' },
  {
    name: 'addresses of sanitizers',
    pattern: /\b((?:unknown |misaligned )?[Aa]ddress(?:es)?) 0x[0-9a-f]+/g,
    replacement: '$1',
  },
  { name: 'where an access was', pattern: / at 0x[0-9a-f]+ (?=thread T\d+)/g, replacement: ' ' },
  { name: 'empty lines', pattern: /^[^\S\n]*\n/gm, replacement: '' },
];

const debuggerRules: readonly Rule[] = [
  { name: 'the prompt of the debugger', pattern: /^(?:\(gdb\) ?)+/gm, replacement: '' },
  {
    name: 'no symbol table',
    pattern: /^No symbol table is loaded\.[^\n]*(?:\n|$)/gm,
    replacement: '',
  },
  { name: 'zeros in a string', pattern: /(?:\\000){2,}/g, replacement: String.raw`\000` },
  { name: 'the zero at the end of a string', pattern: /\\000(?=["'])/g, replacement: '' },
  { name: 'empty characters', pattern: /(?<=\d) ''/g, replacement: '' },
];
