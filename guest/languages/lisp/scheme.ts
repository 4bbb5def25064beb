// Scheme, run by GNU Guile.

import type { Language } from '../language.js';

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
    input: `(use-modules (ice-9 rdelim))
(display (read-string))
`,
    arguments: `(for-each (lambda (argument) (display argument) (newline)) (cdr (command-line)))
`,
    exitCode: '(exit 3)\n',
    unicode: '(display "Grüße, 世界 😀")\n(newline)\n',
    syntaxError: {
      code: '(display "begun")\n(display (\n',
      phase: 'run',
      says: 'unexpected end of input',
    },
    runTimeError: {
      code: '(define x 0)\n(display (/ 1 x))\n',
      phase: 'run',
      says: 'Numerical overflow',
    },
    modules: {
      files: {
        'program.scm': '(load "greeting.scm")\n(greet)\n',
        'greeting.scm': '(define (greet) (display "hello from a module") (newline))\n',
      },
    },
  },
  packages: { debian: ['guile-3.0'], fedora: ['guile30'], suse: ['guile'] },
};
