// PARI/GP, for the theory of numbers.

import type { Language } from '../language.js';

export const pari: Language = {
  name: 'pari',
  title: 'PARI/GP',
  profile: 'full',
  isWarmed: false,
  aliases: ['gp'],
  sourceFile: 'program.gp',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: [
    'sh',
    '-c',
    'source=$1; shift; exec gp -q -f "$@" "$source" </dev/null',
    'sh',
    '{source}',
    '{options}',
  ],
  version: ['gp', '--version'],
  hello: 'print("hello");\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: 'quit(3);\n',
    unicode: 'print("Grüße, 世界 😀");\n',
    syntaxError: { inapplicable: 'ends with 0 after an error' },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: {
      files: {
        'program.gp': `read("greeting.gp");
greet();
`,
        'greeting.gp': 'greet() = print("hello from a module");\n',
      },
    },
  },
  packages: { debian: ['pari-gp'], fedora: [], suse: [] },
};
