// C11, compiled with GCC.

import { compiledBy } from './c-options.js';
import type { Language } from '../language.js';

export const c11: Language = {
  name: 'c11',
  title: 'C11 (GCC)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['c', 'gcc', 'cc'],
  ...compiledBy('gcc', 'c11'),
};
