// GAP, for computations with groups.

import type { Language } from '../language.js';

export const gap: Language = {
  name: 'gap',
  title: 'GAP',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.g',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['gap', '-q', '-A', '--norepl', '{options}', '{source}'],
  version: ['gap', '--version'],
  hello: 'Print("hello\\n");\n',
  cases: {
    input: { inapplicable: 'writes characters outside of ASCII as codes' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: 'QuitGap(3);\n',
    unicode: { inapplicable: 'writes characters outside of ASCII as codes' },
    syntaxError: { inapplicable: 'ends with 0 after an error' },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: {
      files: {
        'program.g': `Read("greeting.g");
Greet();
`,
        'greeting.g': 'Greet := function() Print("hello from a module\\n"); end;\n',
      },
    },
  },
  packages: { debian: ['gap-core'], fedora: ['gap'], suse: [] },
};
