// Scheme, run by MIT/GNU Scheme.

import type { Language } from '../language.js';
import { schemeCases } from './scheme-cases.js';

export const mitScheme: Language = {
  name: 'mit-scheme',
  title: 'Scheme (MIT)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.scm',
  comment: { line: ';' },
  defaultOptions: [],
  run: [
    'mit-scheme',
    '--quiet',
    '{options}',
    '--load',
    '{source}',
    '--eval',
    '(exit)',
    '--args',
    '{arguments}',
  ],
  version: ['mit-scheme', '--version'],
  neededMemoryMiB: 150,
  hello: `(display "hello")
(newline)
`,
  cases: {
    ...schemeCases,
    input: `(let loop ((c (read-char)))
  (if (not (eof-object? c))
      (begin (write-char c) (loop (read-char)))))
`,
    arguments: { inapplicable: 'takes its arguments for Latin-1' },
    syntaxError: { inapplicable: 'leaves out what it cannot read' },
  },
  packages: { debian: ['mit-scheme'], fedora: [], suse: [] },
};
