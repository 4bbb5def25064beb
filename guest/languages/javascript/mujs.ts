// JavaScript of 2009, run by MuJS.

import type { Language } from '../language.js';
import { javascriptFailures } from './javascript-failures.js';

export const mujs: Language = {
  name: 'mujs',
  title: 'JavaScript (MuJS)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.js',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['mujs', '{options}', '{source}', '{arguments}'],
  // It has no option for its version: its greeting tells it.
  version: ['mujs'],
  hello: 'print("hello");\n',
  cases: {
    input: { inapplicable: 'repeats what it reads' },
    arguments: 'for (var i = 0; i < scriptArgs.length; i++) print(scriptArgs[i]);\n',
    exitCode: 'quit(3);\n',
    unicode: 'print("Grüße, 世界 😀");\n',
    ...javascriptFailures,
    modules: {
      files: {
        'program.js': `load("greeting.js");
greet();
`,
        'greeting.js': 'function greet() { print("hello from a module"); }\n',
      },
    },
  },
  packages: { debian: ['mujs'], fedora: [], suse: [] },
};
