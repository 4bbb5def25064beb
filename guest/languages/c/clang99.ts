// C99, compiled with Clang.

import { compiledBy } from './c-options.js';
import type { Language } from '../language.js';

export const clang99: Language = {
  name: 'clang99',
  title: 'C99 (Clang)',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  ...compiledBy('clang', 'c99'),
};
