// C++, compiled with Clang.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const clangpp: Language = {
  name: 'clang++',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['clangpp'],
  sourceFile: 'program.cpp',
  compiledWithIt: { suffixes: ['.cpp', '.cc', '.cxx'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c++20', ...sanitizerOptions],
  ...buildsWith('clang++'),
  hello: '#include <iostream>\nint main() { std::cout << "hello\\n"; }\n',
  packages: {
    debian: ['clang', 'libclang-rt-dev', 'g++'],
    fedora: ['clang', 'compiler-rt', 'gcc-c++'],
    suse: ['clang', 'gcc-c++'],
  },
};
