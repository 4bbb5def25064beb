// C99, compiled with GCC.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const c99: Language = {
  name: 'c99',
  title: 'C99 (GCC)',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  ...compiledBy('gcc', 'c99'),
};
