// Scheme, run by CHICKEN.

import type { Language } from '../language.js';
import { schemeCases, schemeSource, unclosedList } from './scheme-family.js';

export const chicken: Language = {
  name: 'chicken',
  title: 'Scheme (CHICKEN)',
  profile: 'full',
  isWarmed: false,
  aliases: ['csi'],
  ...schemeSource,
  defaultOptions: [],
  run: ['csi', '{options}', '-script', '{source}', '{arguments}'],
  version: ['csi', '-version'],
  cases: {
    ...schemeCases,
    input: `(import (chicken io))
(display (read-string))
`,
    arguments: `(import (chicken process-context))
(for-each (lambda (argument) (display argument) (newline)) (command-line-arguments))
`,
    syntaxError: unclosedList({ says: 'Error' }),
  },
  packages: { debian: ['chicken-bin'], fedora: ['chicken'], suse: ['chicken'] },
};
