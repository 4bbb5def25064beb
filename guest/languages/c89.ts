// C89, compiled with GCC.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const c89: Language = {
  name: 'c89',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['c90'],
  sourceFile: 'program.c',
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c89', ...sanitizerOptions],
  ...buildsWith('gcc'),
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  packages: {
    debian: ['gcc', 'libc6-dev'],
    fedora: ['gcc', 'glibc-devel', 'libubsan', 'libasan'],
    suse: ['gcc', 'glibc-devel', 'libubsan1'],
  },
};
