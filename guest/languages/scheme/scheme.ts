// Scheme, run by GNU Guile.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const scheme: Language = {
  name: 'scheme',
  title: 'Scheme (Guile)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['guile', 'scm'],
  sourceFile: 'program.scm',
  comment: { begin: '#|', end: '|#' },
  defaultOptions: ['--no-auto-compile'],
  run: ['guile', '{options}', '{source}', '{arguments}'],
  version: ['guile', '--version'],
  hello: '(display "hello") (newline)',
  cases: {
    ...schemeCases,
    input: `(use-modules (ice-9 rdelim))
(display (read-string))
`,
    arguments: `(for-each (lambda (argument) (display argument) (newline)) (cdr (command-line)))
`,
    syntaxError: {
      code: '(display "begun")\n(display (\n',
      phase: 'run',
      says: 'unexpected end of input',
    },
  },
  packages: { debian: ['guile-3.0'], fedora: ['guile30'], suse: ['guile'] },
};
