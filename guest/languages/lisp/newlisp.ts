// newLISP.

import type { Language } from '../language.js';

export const newlisp: Language = {
  name: 'newlisp',
  title: 'newLISP',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.lsp',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['newlisp', '-n', '{options}', '{source}', '-e', '(exit)', '{arguments}'],
  version: ['newlisp', '-v'],
  hello: '(println "hello")\n',
  cases: {
    input: '(while (read-line) (println (current-line)))\n',
    arguments: '(dolist (argument (5 (main-args))) (println argument))\n',
    exitCode: '(exit 3)\n',
    unicode: '(println "Grüße, 世界 😀")\n',
    syntaxError: {
      code: `(println "begun")
(println (
`,
      phase: 'run',
      says: 'ERR',
    },
    runTimeError: {
      code: `(set 'x 0)
(println (/ 1 x))
`,
      phase: 'run',
      says: 'division by zero',
    },
    modules: {
      files: {
        'program.lsp': `(load "greeting.lsp")
(greet)
`,
        'greeting.lsp': '(define (greet) (println "hello from a module"))\n',
      },
    },
  },
  packages: { debian: ['newlisp'], fedora: [], suse: [] },
};
