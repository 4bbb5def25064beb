// C23, compiled with Clang.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const clang2x: Language = {
  name: 'clang2x',
  title: 'C23 (Clang)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['clang23'],
  ...compiledBy('clang', 'c2x'),
};
