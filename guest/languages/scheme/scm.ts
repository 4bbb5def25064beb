// Scheme, run by SCM.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const schemeScm: Language = {
  name: 'scheme-scm',
  title: 'Scheme (SCM)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.scm',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['scm', '{options}', '-f', '{source}', '-e', '(exit)', '{arguments}'],
  version: ['scm', '--version'],
  hello: `(display "hello")
(newline)
`,
  cases: {
    ...schemeCases,
    input: `(let loop ((c (read-char)))
  (if (not (eof-object? c))
      (begin (write-char c) (loop (read-char)))))
`,
    arguments: '(for-each (lambda (argument) (display argument) (newline)) (list-tail *argv* 1))\n',
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'rror',
    },
  },
  packages: { debian: ['scm'], fedora: [], suse: [] },
};
