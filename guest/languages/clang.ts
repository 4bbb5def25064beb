// C, compiled with Clang.

import { compiledBy } from './c-options.js';
import type { Language } from './language.js';

export const clang: Language = {
  name: 'clang',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['clang11'],
  ...compiledBy('clang', 'c11'),
};
