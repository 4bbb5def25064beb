// Numbat, which calculates with units.

import type { Language } from '../language.js';

export const numbat: Language = {
  name: 'numbat',
  title: 'Numbat',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.nbt',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['numbat', '--no-config', '--no-init', '--intro-banner', 'off', '{options}', '{source}'],
  version: ['numbat', '--version'],
  hello: 'print("hello")\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'print("Grüße, 世界 😀")\n',
    syntaxError: {
      code: `print("begun")
let x = )
`,
      phase: 'run',
      says: 'rror',
      line: 2,
    },
    runTimeError: {
      code: `let x = 1
error("it fails")
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: { inapplicable: 'finds modules in directories of its own alone' },
  },
  packages: { debian: ['numbat'], fedora: [], suse: [] },
};
