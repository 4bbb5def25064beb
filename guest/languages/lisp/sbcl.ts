// Common Lisp, run by SBCL.

import type { Language } from '../language.js';

export const sbcl: Language = {
  name: 'sbcl',
  title: 'Common Lisp (SBCL)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['common-lisp'],
  sourceFile: 'program.lisp',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['sbcl', '{options}', '--script', '{source}', '{arguments}'],
  version: ['sbcl', '--version'],
  hello: '(format t "hello~%")\n',
  cases: {
    input: `(loop for character = (read-char *standard-input* nil)
      while character do (write-char character))
`,
    arguments: '(dolist (argument (rest sb-ext:*posix-argv*)) (format t "~a~%" argument))\n',
    exitCode: '(sb-ext:exit :code 3)\n',
    unicode: '(format t "Grüße, 世界 😀~%")\n',
    syntaxError: { code: '(defvar *x* 1)\n(defvar *y* (\n', phase: 'run', says: 'END-OF-FILE' },
    runTimeError: {
      code: '(defvar *x* 0)\n(print (/ 1 *x*))\n',
      phase: 'run',
      says: 'DIVISION-BY-ZERO',
    },
    modules: {
      files: {
        'program.lisp': '(load "greeting.lisp")\n(greet)\n',
        'greeting.lisp': '(defun greet () (format t "hello from a module~%"))\n',
      },
    },
  },
  packages: { debian: ['sbcl'], fedora: ['sbcl'], suse: ['sbcl'] },
};
