// C89, compiled with Clang.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const clang89: Language = {
  name: 'clang89',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['clang90'],
  sourceFile: 'program.c',
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c89', ...sanitizerOptions],
  ...buildsWith('clang'),
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  packages: {
    debian: ['clang', 'libclang-rt-dev', 'libc6-dev'],
    fedora: ['clang', 'compiler-rt', 'glibc-devel'],
    suse: ['clang', 'glibc-devel'],
  },
};
