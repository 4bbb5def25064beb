// Scheme, run by Gauche.

import type { Language } from '../language.js';
import { schemeCases, schemeSource, unclosedList } from './scheme-family.js';

export const gauche: Language = {
  name: 'gauche',
  title: 'Scheme (Gauche)',
  profile: 'full',
  isWarmed: false,
  aliases: ['gosh'],
  ...schemeSource,
  defaultOptions: [],
  run: ['gosh', '{options}', '{source}', '{arguments}'],
  version: ['gosh', '-V'],
  cases: {
    ...schemeCases,
    input: `(use gauche.uvector)
(display (port->string (current-input-port)))
`,
    arguments: `(define (main arguments)
  (for-each (lambda (argument) (display argument) (newline)) (cdr arguments))
  0)
`,
    syntaxError: unclosedList({ says: 'EOF' }),
  },
  packages: { debian: ['gauche'], fedora: ['gauche'], suse: ['gauche'] },
};
