// C23, compiled with GCC.

import type { Language } from '../language.js';
import { compiledBy } from './c-options.js';

export const c2x: Language = {
  name: 'c2x',
  title: 'C23 (GCC)',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['c23'],
  ...compiledBy('gcc', 'c2x'),
};
