// C99, compiled with GCC.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const c99: Language = {
  name: 'c99',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.c',
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c99', ...sanitizerOptions],
  ...buildsWith('gcc'),
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  packages: {
    debian: ['gcc', 'libc6-dev'],
    fedora: ['gcc', 'glibc-devel', 'libubsan', 'libasan'],
    suse: ['gcc', 'glibc-devel', 'libubsan1'],
  },
};
