// Scheme, run by SigScheme.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const sigscheme: Language = {
  name: 'sigscheme',
  title: 'SigScheme',
  profile: 'full',
  isWarmed: false,
  aliases: ['sscm'],
  sourceFile: 'program.scm',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['sscm', '{options}', '{source}'],
  version: ['sscm'],
  versionInput: '(display "SigScheme")',
  hello: `(display "hello")
(newline)
`,
  cases: {
    ...schemeCases,
    input: `(let loop ((c (read-char)))
  (if (not (eof-object? c))
      (begin (write-char c) (loop (read-char)))))
`,
    arguments: { inapplicable: 'has no arguments' },
    syntaxError: {
      code: `(display "begun")
(display (
`,
      phase: 'run',
      says: 'rror',
    },
  },
  packages: { debian: ['sigscheme'], fedora: [], suse: [] },
};
