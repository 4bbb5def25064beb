// C89, compiled with Clang.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const clang89: Language = {
  name: 'clang89',
  title: 'C89 (Clang)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['clang90'],
  ...compiledBy('clang', 'c89'),
};
