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
    input: { inapplicable: 'x' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'Echo("Grüße, 世界 😀");\n',
    syntaxError: { inapplicable: 'x' },
    runTimeError: { inapplicable: 'x' },
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
