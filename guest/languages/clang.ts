// C, compiled with Clang.

import {
  libraries,
  lineBuffered,
  sanitizerOptions,
  warningOptions,
  withoutProgram,
} from './c-options.js';
import type { Language } from './language.js';

export const clang: Language = {
  name: 'clang',
  aliases: ['clang11'],
  sourceFile: 'program.c',
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c11', ...sanitizerOptions],
  libraries,
  withoutProgram,
  compile: ['clang', '-o', '{program}', '{sources}', '{options}', '{libraries}'],
  run: ['{program}', '{arguments}'],
  unbuffered: lineBuffered,
  version: ['clang', '--version'],
  hello: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  packages: {
    debian: ['clang', 'libclang-rt-dev', 'libc6-dev'],
    fedora: ['clang', 'compiler-rt', 'glibc-devel'],
    suse: ['clang', 'glibc-devel'],
  },
};
