// C++, compiled with GCC.

import { buildsWith, sanitizerOptions, warningOptions } from './c-options.js';
import type { Language } from './language.js';

export const cpp: Language = {
  name: 'c++',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['cpp', 'g++'],
  sourceFile: 'program.cpp',
  compiledWithIt: { suffixes: ['.cpp', '.cc', '.cxx'], inAllDirectories: true },
  defaultOptions: [...warningOptions, '-std=c++20', ...sanitizerOptions],
  ...buildsWith('g++', 'c++'),
  hello: '#include <iostream>\nint main() { std::cout << "hello\\n"; }\n',
  packages: {
    debian: ['g++'],
    fedora: ['gcc-c++', 'libubsan', 'libasan'],
    suse: ['gcc-c++', 'libubsan1'],
  },
};
