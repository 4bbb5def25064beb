// C, compiled with the Portable C Compiler.

import type { Language } from '../language.js';
import { casesOfC } from './c-cases.js';

export const pcc: Language = {
  name: 'pcc',
  title: 'C (Portable C Compiler)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.c',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  compile: ['pcc', '-o', '{program}', '{options}', '{sources}'],
  run: ['{program}', '{arguments}'],
  version: ['pcc', '--version'],
  hello: `#include <stdio.h>
int main(void) { puts("hello"); return 0; }
`,
  cases: {
    ...casesOfC,
    syntaxError: {
      code: `int main(void) {
  return 0
}
`,
      phase: 'compile',
      says: 'rror',
      line: 3,
    },
  },
  packages: { debian: ['pcc', 'libc6-dev'], fedora: [], suse: [] },
};
