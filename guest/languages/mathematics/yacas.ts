// Yacas, for symbolic computation.

import type { Language } from '../language.js';

export const yacas: Language = {
  name: 'yacas',
  title: 'Yacas',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.ys',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['yacas', '-pc', '{options}', '{source}'],
  version: ['yacas', '--version'],
  hello: 'Echo("hello");\n',
  cases: {
    input: { inapplicable: 'reads expressions alone' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'Echo("Grüße, 世界 😀");\n',
    syntaxError: { inapplicable: 'ends with 0 after an error' },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: {
      files: {
        'program.ys': `Load("greeting.ys");
Greet();
`,
        'greeting.ys': 'Greet() := Echo("hello from a module");\n',
      },
    },
  },
  packages: { debian: ['yacas'], fedora: [], suse: [] },
};
