// C23, compiled with GCC.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const c2x: Language = {
  name: 'c2x',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['c23'],
  sourceFile: 'program.c',
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c2x', ...sanitizerOptions],
  ...buildsWith('gcc'),
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  packages: {
    debian: ['gcc', 'libc6-dev'],
    fedora: ['gcc', 'glibc-devel', 'libubsan', 'libasan'],
    suse: ['gcc', 'glibc-devel', 'libubsan1'],
  },
};
