// Scheme, run by Gauche.

import type { Language } from '../language.js';

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
    input: `(use gauche.uvector)
(display (port->string (current-input-port)))
`,
    arguments: `(define (main arguments)
  (for-each (lambda (argument) (display argument) (newline)) (cdr arguments))
  0)
`,
    exitCode: '(exit 3)\n',
    unicode: `(display "Grüße, 世界 😀")
(newline)
`,
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'EOF',
    },
    runTimeError: {
      code: `(display "begun")
(error "it fails")
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: {
      files: {
        'program.scm': `(load "./greeting.scm")
(greet)
`,
        'greeting.scm': '(define (greet) (display "hello from a module") (newline))\n',
      },
    },
  },
  packages: { debian: ['gauche'], fedora: ['gauche'], suse: ['gauche'] },
};
