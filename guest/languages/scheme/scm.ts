// Scheme, run by SCM.

import type { Language } from '../language.js';
import { olderSchemeSource, printsWords, schemeCases, unclosedList } from './scheme-family.js';

export const schemeScm: Language = {
  name: 'scheme-scm',
  title: 'Scheme (SCM)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  ...olderSchemeSource,
  defaultOptions: [],
  run: ['scm', '{options}', '-f', '{source}', '-e', '(exit)', '{arguments}'],
  version: ['scm', '--version'],
  cases: {
    ...schemeCases,
    arguments: printsWords('(list-tail *argv* 5)'),
    syntaxError: unclosedList({ says: 'end of file' }),
  },
  packages: { debian: ['scm'], fedora: [], suse: [] },
};
