// C99, compiled with GCC.

import { compiledBy } from './c-options.js';
import type { Language } from '../language.js';

export const c99: Language = {
  name: 'c99',
  title: 'C99 (GCC)',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  ...compiledBy('gcc', 'c99'),
};
