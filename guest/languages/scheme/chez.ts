// Scheme, run by Chez Scheme.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const chez: Language = {
  name: 'chez',
  title: 'Scheme (Chez)',
  profile: 'full',
  isWarmed: false,
  aliases: ['chezscheme'],
  sourceFile: 'program.scm',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['chezscheme', '{options}', '--script', '{source}', '{arguments}'],
  version: ['chezscheme', '--version'],
  hello: `(display "hello")
(newline)
`,
  cases: {
    ...schemeCases,
    input: `(let loop ((c (read-char)))
  (if (not (eof-object? c))
      (begin (write-char c) (loop (read-char)))))
`,
    arguments: '(for-each (lambda (argument) (display argument) (newline)) (cdr (command-line)))\n',
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'unexpected end-of-file',
      line: 2,
    },
  },
  packages: { debian: ['chezscheme'], fedora: [], suse: [] },
};
