// Lisp, run by librep.

import type { Language } from '../language.js';

export const rep: Language = {
  name: 'rep',
  title: 'librep',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.jl',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['rep', '--batch', '{options}', '{source}', '{arguments}'],
  version: ['rep', '--version'],
  hello: '(write standard-output "hello\\n")\n',
  cases: {
    input: `(let (line)
  (while (setq line (read-line standard-input)) (write standard-output line)))
`,
    arguments: `(mapc (lambda (argument) (format standard-output "%s\\n" argument)) command-line-args)
(setq command-line-args nil)
`,
    exitCode: "(throw 'quit 3)\n",
    unicode: '(write standard-output "Grüße, 世界 😀\\n")\n',
    syntaxError: {
      code: `(write standard-output "begun")
(car (
`,
      phase: 'run',
      says: 'premature-end',
    },
    runTimeError: { code: '(error "it fails")\n', phase: 'run', says: 'it fails' },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['rep'], fedora: [], suse: [] },
};
