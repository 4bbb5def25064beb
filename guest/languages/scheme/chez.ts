// Scheme, run by Chez Scheme.

import type { Language } from '../language.js';
import { olderSchemeSource, printsWords, schemeCases, unclosedList } from './scheme-family.js';

export const chez: Language = {
  name: 'chez',
  title: 'Scheme (Chez)',
  profile: 'full',
  isWarmed: false,
  aliases: ['chezscheme'],
  ...olderSchemeSource,
  defaultOptions: [],
  run: ['chezscheme', '{options}', '--script', '{source}', '{arguments}'],
  version: ['chezscheme', '--version'],
  cases: {
    ...schemeCases,
    arguments: printsWords('(cdr (command-line))'),
    syntaxError: unclosedList({ says: 'unexpected end-of-file', line: 2 }),
  },
  packages: { debian: ['chezscheme'], fedora: [], suse: [] },
};
