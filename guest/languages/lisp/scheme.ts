// Scheme, run by GNU Guile.

import type { Language } from '../language.js';

export const scheme: Language = {
  name: 'scheme',
  profile: 'standard',
  isWarmed: false,
  aliases: ['guile', 'scm'],
  sourceFile: 'program.scm',
  defaultOptions: ['--no-auto-compile'],
  run: ['guile', '{options}', '{source}', '{arguments}'],
  version: ['guile', '--version'],
  hello: '(display "hello") (newline)',
  packages: { debian: ['guile-3.0'], fedora: ['guile30'], suse: ['guile'] },
};
