// Scheme, run by GNU Guile.

import type { Language } from '../language.js';
import { printsWords, schemeCases, schemeSource, unclosedList } from './scheme-family.js';

export const scheme: Language = {
  name: 'scheme',
  title: 'Scheme (Guile)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['guile', 'scm'],
  ...schemeSource,
  defaultOptions: ['--no-auto-compile'],
  run: ['guile', '{options}', '{source}', '{arguments}'],
  version: ['guile', '--version'],
  cases: {
    ...schemeCases,
    input: `(use-modules (ice-9 rdelim))
(display (read-string))
`,
    arguments: printsWords('(cdr (command-line))'),
    syntaxError: unclosedList({ says: 'unexpected end of input' }),
  },
  packages: { debian: ['guile-3.0'], fedora: ['guile30'], suse: ['guile'] },
};
