// Scheme, run by Scheme 9 from Empty Space.

import type { Language } from '../language.js';
import { olderSchemeSource, printsWords, schemeCases, unclosedList } from './scheme-family.js';

export const scheme9: Language = {
  name: 'scheme9',
  title: 'Scheme 9',
  profile: 'full',
  isWarmed: false,
  aliases: ['s9'],
  ...olderSchemeSource,
  defaultOptions: [],
  run: ['s9', '{options}', '-f', '{source}', '{arguments}'],
  version: ['s9', '-v'],
  cases: {
    ...schemeCases,
    arguments: printsWords('(command-line)'),
    syntaxError: unclosedList({ says: 'error' }),
    exitCode: '(sys:exit 3)\n',
  },
  packages: { debian: ['scheme9'], fedora: [], suse: [] },
};
