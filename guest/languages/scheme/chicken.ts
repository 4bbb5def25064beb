// Scheme, run by CHICKEN.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const chicken: Language = {
  name: 'chicken',
  title: 'Scheme (CHICKEN)',
  profile: 'full',
  isWarmed: false,
  aliases: ['csi'],
  sourceFile: 'program.scm',
  comment: { begin: '#|', end: '|#' },
  defaultOptions: [],
  run: ['csi', '{options}', '-script', '{source}', '{arguments}'],
  version: ['csi', '-version'],
  hello: '(display "hello") (newline)\n',
  cases: {
    ...schemeCases,
    input: `(import (chicken io))
(display (read-string))
`,
    arguments: `(import (chicken process-context))
(for-each (lambda (argument) (display argument) (newline)) (command-line-arguments))
`,
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'Error',
    },
  },
  packages: { debian: ['chicken-bin'], fedora: ['chicken'], suse: ['chicken'] },
};
