// C, compiled in memory by the Tiny C Compiler: the fastest way from code to output.

import type { Language } from '../language.js';
import { casesOfC } from './c-cases.js';

export const tcc: Language = {
  name: 'tcc',
  title: 'C (Tiny C Compiler)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.c',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['tcc', '{options}', '-run', '{source}', '{arguments}'],
  version: ['tcc', '-v'],
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  cases: {
    ...casesOfC,
    syntaxError: {
      code: 'int main(void) {\n  return 0\n}\n',
      phase: 'run',
      says: 'error:',
      line: 3,
    },
    modules: {
      files: {
        'program.c': '#include "greeting.h"\nint main(void) { greet(); return 0; }\n',
        'greeting.h':
          '#include <stdio.h>\nstatic void greet(void) { puts("hello from a module"); }\n',
      },
    },
  },
  packages: { debian: ['tcc', 'libc6-dev'], fedora: ['tcc'], suse: ['tcc'] },
};
