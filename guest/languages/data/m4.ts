// m4, whose output is the text with its macros expanded.

import type { Language } from '../language.js';

export const m4: Language = {
  name: 'm4',
  title: 'm4',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.m4',
  comment: { line: 'dnl ' },
  defaultOptions: [],
  run: ['m4', '{options}', '{source}'],
  version: ['m4', '--version'],
  hello: `define(\`greeting', \`hello')dnl
greeting
`,
  cases: {
    input: "undivert(`/dev/stdin')dnl\n",
    arguments: { inapplicable: 'has no arguments' },
    exitCode: 'm4exit(3)\n',
    unicode: 'Grüße, 世界 😀\n',
    syntaxError: {
      code: `a
define(\`x
`,
      phase: 'run',
      says: 'end of file',
      line: 2,
    },
    runTimeError: {
      code: `eval(1 / 0)
m4exit(1)
`,
      phase: 'run',
      says: 'divide by zero',
      line: 1,
    },
    modules: {
      files: {
        'program.m4': "include(`greeting.m4')dnl\n",
        'greeting.m4': 'hello from a module\n',
      },
    },
  },
  packages: { debian: ['m4'], fedora: ['m4'], suse: ['m4'] },
};
