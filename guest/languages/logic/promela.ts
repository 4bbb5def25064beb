// Promela: one run of the model, by Spin.

import type { Language } from '../language.js';

export const promela: Language = {
  name: 'promela',
  title: 'Promela (Spin)',
  profile: 'full',
  isWarmed: false,
  aliases: ['spin'],
  sourceFile: 'program.pml',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['spin', '-T', '-B', '{options}', '{source}'],
  version: ['spin', '-V'],
  hello: 'init { printf("hello\\n") }\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'init { printf("Grüße, 世界 😀\\n") }\n',
    syntaxError: {
      code: `init {
  int x = ;
}
`,
      phase: 'run',
      says: 'syntax error',
      line: 3,
    },
    runTimeError: {
      code: `init {
  printf("begun\\n");
  assert(false)
}
`,
      phase: 'run',
      says: 'assertion violated',
      line: 3,
    },
    modules: {
      files: {
        'program.pml': `#include "greeting.pml"
init { greet() }
`,
        'greeting.pml': 'inline greet() { printf("hello from a module\\n") }\n',
      },
    },
  },
  packages: { debian: ['spin'], fedora: [], suse: [] },
};
