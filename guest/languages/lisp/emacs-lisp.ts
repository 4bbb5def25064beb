// Emacs Lisp, run by Emacs without a window.

import type { Language } from '../language.js';

export const emacsLisp: Language = {
  name: 'emacs-lisp',
  title: 'Emacs Lisp',
  profile: 'full',
  isWarmed: false,
  aliases: ['elisp'],
  sourceFile: 'program.el',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['emacs', '--quick', '{options}', '--script', '{source}', '{arguments}'],
  version: ['emacs', '--version'],
  hello: '(princ "hello\\n")\n',
  cases: {
    input: `(ignore-errors
  (let (line)
    (while (setq line (read-string "")) (princ (concat line "\\n")))))
`,
    arguments: `(dolist (argument command-line-args-left) (princ (concat argument "\\n")))
(setq command-line-args-left nil)
`,
    exitCode: '(kill-emacs 3)\n',
    unicode: '(princ "Grüße, 世界 😀\\n")\n',
    syntaxError: {
      code: `(princ "begun")
(princ (
`,
      phase: 'run',
      says: 'End of file',
    },
    runTimeError: { code: '(error "it fails")\n', phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.el': `(load (expand-file-name "greeting.el") nil t)
(greet)
`,
        'greeting.el': '(defun greet () (princ "hello from a module\\n"))\n',
      },
    },
  },
  packages: { debian: ['emacs-nox'], fedora: [], suse: [] },
};
