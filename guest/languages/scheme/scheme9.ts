// Scheme, run by Scheme 9 from Empty Space.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const scheme9: Language = {
  name: 'scheme9',
  title: 'Scheme 9',
  profile: 'full',
  isWarmed: false,
  aliases: ['s9'],
  sourceFile: 'program.scm',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['s9', '{options}', '-f', '{source}', '{arguments}'],
  version: ['s9', '-v'],
  hello: `(display "hello")
(newline)
`,
  cases: {
    ...schemeCases,
    input: `(let loop ((c (read-char)))
  (if (not (eof-object? c))
      (begin (write-char c) (loop (read-char)))))
`,
    arguments: '(for-each (lambda (argument) (display argument) (newline)) (command-line))\n',
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'error',
    },
    exitCode: '(sys:exit 3)\n',
  },
  packages: { debian: ['scheme9'], fedora: [], suse: [] },
};
