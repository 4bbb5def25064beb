// Common Lisp, run by ECL.

import type { Language } from '../language.js';

export const ecl: Language = {
  name: 'ecl',
  title: 'Common Lisp (ECL)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.lisp',
  comment: { begin: '#|', end: '|#' },
  defaultOptions: [],
  run: ['ecl', '--norc', '{options}', '--shell', '{source}', '--', '{arguments}'],
  version: ['ecl', '--version'],
  hello: '(format t "hello~%")\n',
  cases: {
    input:
      '(loop for line = (read-line *standard-input* nil) while line do (format t "~a~%" line))\n',
    arguments: { inapplicable: 'reads its arguments as Latin-1' },
    exitCode: '(ext:quit 3)\n',
    unicode: '(format t "Grüße, 世界 😀~%")\n',
    syntaxError: {
      code: `(format t "begun~%")
(format t (
`,
      phase: 'run',
      says: 'end',
    },
    runTimeError: {
      code: `(format t "begun~%")
(error "it fails")
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: {
      files: {
        'program.lisp': `(load "greeting.lisp" :verbose nil)
(greet)
`,
        'greeting.lisp': '(defun greet () (format t "hello from a module~%"))\n',
      },
    },
  },
  packages: { debian: ['ecl'], fedora: ['ecl'], suse: ['ecl'] },
};
