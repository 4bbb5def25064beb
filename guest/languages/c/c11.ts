// C11, compiled with GCC.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const c11: Language = {
  name: 'c11',
  title: 'C11 (GCC)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['c', 'gcc', 'cc'],
  ...compiledBy('gcc', 'c11'),
};
