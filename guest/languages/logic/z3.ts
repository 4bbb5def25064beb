// SMT-LIB, answered by Z3.

import type { Language } from '../language.js';

export const z3: Language = {
  name: 'z3',
  title: 'SMT-LIB (Z3)',
  profile: 'full',
  isWarmed: false,
  aliases: ['smt'],
  sourceFile: 'program.smt2',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['z3', '{options}', '{source}'],
  version: ['z3', '--version'],
  hello: '(echo "hello")\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: { inapplicable: 'takes ASCII alone' },
    syntaxError: {
      code: `(echo "begun")
(assert (
`,
      phase: 'run',
      says: 'error',
      line: 3,
    },
    runTimeError: {
      code: `(echo "begun")
(assert missing)
`,
      phase: 'run',
      says: 'unknown constant',
      line: 2,
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['z3'], fedora: [], suse: [] },
};
