// Scheme, run by SigScheme.

import type { Language } from '../language.js';
import { olderSchemeSource, schemeCases, unclosedList } from './scheme-family.js';

export const sigscheme: Language = {
  name: 'sigscheme',
  title: 'SigScheme',
  profile: 'full',
  isWarmed: false,
  aliases: ['sscm'],
  ...olderSchemeSource,
  defaultOptions: [],
  run: ['sscm', '{options}', '{source}'],
  version: ['sscm'],
  versionInput: '(display "SigScheme")',
  cases: {
    ...schemeCases,
    arguments: { inapplicable: 'has no arguments' },
    syntaxError: unclosedList({ says: 'rror' }),
  },
  packages: { debian: ['sigscheme'], fedora: [], suse: [] },
};
