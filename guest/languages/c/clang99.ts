// C99, compiled with Clang.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const clang99: Language = {
  name: 'clang99',
  title: 'C99 (Clang)',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  ...compiledBy('clang', 'c99'),
};
