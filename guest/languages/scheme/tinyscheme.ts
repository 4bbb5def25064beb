// Scheme, run by TinyScheme.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const tinyscheme: Language = {
  name: 'tinyscheme',
  title: 'TinyScheme',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.scm',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['tinyscheme', '{options}', '-1', '{source}', '{arguments}'],
  version: ['tinyscheme', '-c', '(display "TinyScheme")'],
  hello: `(display "hello")
(newline)
`,
  cases: {
    ...schemeCases,
    input: { inapplicable: 'reads no input from a script' },
    arguments: '(for-each (lambda (argument) (display argument) (newline)) *args*)\n',
    syntaxError: { inapplicable: 'takes a list that does not end for the end of the program' },
    exitCode: '(quit 3)\n',
  },
  packages: { debian: ['tinyscheme'], fedora: [], suse: [] },
};
