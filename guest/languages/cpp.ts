// C++, compiled with GCC.

import { compiledBy } from './c-options.js';
import type { Language } from './language.js';

export const cpp: Language = {
  name: 'c++',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['cpp', 'g++'],
  ...compiledBy('g++', 'c++20'),
};
