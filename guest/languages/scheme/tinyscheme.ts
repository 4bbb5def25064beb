// Scheme, run by TinyScheme.

import type { Language } from '../language.js';
import { olderSchemeSource, printsWords, schemeCases } from './scheme-family.js';

export const tinyscheme: Language = {
  name: 'tinyscheme',
  title: 'TinyScheme',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  ...olderSchemeSource,
  defaultOptions: [],
  run: ['tinyscheme', '{options}', '-1', '{source}', '{arguments}'],
  version: ['tinyscheme', '-c', '(display "TinyScheme")'],
  cases: {
    ...schemeCases,
    input: { inapplicable: 'reads no input from a script' },
    arguments: printsWords('*args*'),
    syntaxError: { inapplicable: 'takes a list that does not end for the end of the program' },
    exitCode: '(quit 3)\n',
  },
  packages: { debian: ['tinyscheme'], fedora: [], suse: [] },
};
