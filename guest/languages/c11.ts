// C11, compiled with GCC.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const c11: Language = {
  name: 'c11',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['c', 'gcc', 'cc'],
  sourceFile: 'program.c',
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c11', ...sanitizerOptions],
  ...buildsWith('gcc'),
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  packages: {
    debian: ['gcc', 'libc6-dev'],
    fedora: ['gcc', 'glibc-devel', 'libubsan', 'libasan'],
    suse: ['gcc', 'glibc-devel', 'libubsan1'],
  },
};
