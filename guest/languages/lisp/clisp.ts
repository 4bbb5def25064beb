// Common Lisp, run by GNU CLISP.

import type { Language } from '../language.js';

export const clisp: Language = {
  name: 'clisp',
  title: 'Common Lisp (CLISP)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['lisp'],
  sourceFile: 'program.lisp',
  comment: { begin: '#|', end: '|#' },
  defaultOptions: [],
  run: ['clisp', '-q', '-norc', '{options}', '{source}', '{arguments}'],
  version: ['clisp', '--version'],
  hello: '(format t "hello~%")',
  cases: {
    input:
      '(loop for line = (read-line *standard-input* nil) while line do (format t "~a~%" line))\n',
    arguments: '(dolist (argument ext:*args*) (format t "~a~%" argument))\n',
    exitCode: '(ext:exit 3)\n',
    unicode: '(format t "Grüße, 世界 😀~%")\n',
    syntaxError: { code: '(format t "begun~%")\n(format t (\n', phase: 'run', says: 'ends within' },
    runTimeError: {
      code: '(format t "begun~%")\n(error "it fails")\n',
      phase: 'run',
      says: 'it fails',
    },
    modules: {
      files: {
        'program.lisp': '(load "greeting.lisp")\n(greet)\n',
        'greeting.lisp': '(defun greet () (format t "hello from a module~%"))\n',
      },
    },
  },
  packages: { debian: ['clisp'], fedora: ['clisp'], suse: ['clisp'] },
};
