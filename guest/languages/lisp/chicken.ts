// Scheme, run by CHICKEN.

import type { Language } from '../language.js';

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
    input: `(import (chicken io))
(display (read-string))
`,
    arguments: `(import (chicken process-context))
(for-each (lambda (argument) (display argument) (newline)) (command-line-arguments))
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
      says: 'Error',
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
        'program.scm': `(load "greeting.scm")
(greet)
`,
        'greeting.scm': '(define (greet) (display "hello from a module") (newline))\n',
      },
    },
  },
  packages: { debian: ['chicken-bin'], fedora: ['chicken'], suse: ['chicken'] },
};
