// C, compiled with Clang.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const clang: Language = {
  name: 'clang',
  title: 'C11 (Clang)',
  profile: 'standard',
  isWarmed: true,
  aliases: ['clang11'],
  ...compiledBy('clang', 'c11'),
};
