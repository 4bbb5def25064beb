// C++, compiled with Clang.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const clangpp: Language = {
  name: 'clang++',
  title: 'C++20 (Clang)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['clangpp'],
  ...compiledBy('clang++', 'c++20'),
};
