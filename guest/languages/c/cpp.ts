// C++, compiled with GCC.

import { compiledBy } from './c-options.js';
import type { Language } from '../language.js';

export const cpp: Language = {
  name: 'c++',
  title: 'C++20 (GCC)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['cpp', 'g++'],
  ...compiledBy('g++', 'c++20'),
};
