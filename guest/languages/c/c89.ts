// C89, compiled with GCC.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const c89: Language = {
  name: 'c89',
  title: 'C89 (GCC)',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['c90'],
  ...compiledBy('gcc', 'c89'),
};
