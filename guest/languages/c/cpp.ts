// C++, compiled with GCC.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const cpp: Language = {
  name: 'c++',
  title: 'C++20 (GCC)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['cpp', 'g++'],
  ...compiledBy('g++', 'c++20'),
};
