// C++, compiled with Clang.

import { compiledBy } from './c-options.js';
import type { Language } from '../language.js';

export const clangpp: Language = {
  name: 'clang++',
  title: 'C++20 (Clang)',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['clangpp'],
  ...compiledBy('clang++', 'c++20'),
};
