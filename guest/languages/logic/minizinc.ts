// MiniZinc, solved by Gecode.

import type { Language } from '../language.js';

export const minizinc: Language = {
  name: 'minizinc',
  title: 'MiniZinc',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.mzn',
  comment: { line: '%' },
  defaultOptions: [],
  run: [
    'minizinc',
    '--solver',
    'gecode',
    '--soln-sep',
    '',
    '--search-complete-msg',
    '',
    '{options}',
    '{source}',
  ],
  version: ['minizinc', '--version'],
  hello: 'output ["hello\\n"];\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'output ["Grüße, 世界 😀\\n"];\n',
    syntaxError: {
      code: `var 1..2: x;
var 1..2: = ;
`,
      phase: 'run',
      says: 'syntax error',
      line: 2,
    },
    runTimeError: {
      code: `int: x = 0;
constraint assert(false, "it fails");
`,
      phase: 'run',
      says: 'it fails',
      line: 2,
    },
    modules: {
      files: {
        'program.mzn': `include "greeting.mzn";
output [greet()];
`,
        'greeting.mzn': 'function string: greet() = "hello from a module\\n";\n',
      },
    },
  },
  packages: { debian: ['minizinc', 'gecode-flatzinc'], fedora: [], suse: [] },
};
