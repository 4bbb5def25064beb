// C++, compiled with Clang.

import { compiledBy } from './c-options.js';
import type { Language } from './language.js';

export const clangpp: Language = {
  name: 'clang++',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['clangpp'],
  ...compiledBy('clang++', 'c++20'),
};
