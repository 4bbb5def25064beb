// Scheme, run by Gauche.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const gauche: Language = {
  name: 'gauche',
  title: 'Scheme (Gauche)',
  profile: 'full',
  isWarmed: false,
  aliases: ['gosh'],
  sourceFile: 'program.scm',
  comment: { begin: '#|', end: '|#' },
  defaultOptions: [],
  run: ['gosh', '{options}', '{source}', '{arguments}'],
  version: ['gosh', '-V'],
  hello: '(display "hello") (newline)\n',
  cases: {
    ...schemeCases,
    input: `(use gauche.uvector)
(display (port->string (current-input-port)))
`,
    arguments: `(define (main arguments)
  (for-each (lambda (argument) (display argument) (newline)) (cdr arguments))
  0)
`,
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'EOF',
    },
  },
  packages: { debian: ['gauche'], fedora: ['gauche'], suse: ['gauche'] },
};
