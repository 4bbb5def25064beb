// Squirrel.

import type { Language } from '../language.js';

export const squirrel: Language = {
  name: 'squirrel',
  title: 'Squirrel',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.nut',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['squirrel3', '{options}', '{source}', '{arguments}'],
  version: ['squirrel3', '-v'],
  hello: 'print("hello\\n");\n',
  cases: {
    input: `try {
  while (true) print(stdin.readn(98).tochar());
} catch (end) {}
`,
    arguments: 'foreach (argument in vargv) print(argument + "\\n");\n',
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'print("Grüße, 世界 😀\\n");\n',
    syntaxError: {
      code: `print("begun");
local x = ;
`,
      phase: 'run',
      says: 'expression expected',
      line: 2,
    },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: {
      files: {
        'program.nut': `dofile("greeting.nut");
greet();
`,
        'greeting.nut': 'function greet() { print("hello from a module\\n"); }\n',
      },
    },
  },
  packages: { debian: ['squirrel3'], fedora: [], suse: [] },
};
