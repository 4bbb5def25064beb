// Snek, a Python for small boards.

import type { Language } from '../language.js';

export const snek: Language = {
  name: 'snek',
  title: 'Snek',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.py',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['snek', '{options}', '{source}'],
  version: ['snek', '--version'],
  hello: 'print("hello")\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: 'exit(3)\n',
    unicode: 'print("Grüße, 世界 😀")\n',
    syntaxError: {
      code: `print("begun")
x = )
`,
      phase: 'run',
      says: 'yntax',
      line: 2,
    },
    runTimeError: {
      code: `x = [1]
print(x[5])
`,
      phase: 'run',
      says: 'invalid value',
      line: 2,
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['snek-bin'], fedora: [], suse: [] },
};
