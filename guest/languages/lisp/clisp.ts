// Common Lisp, run by GNU CLISP.

import type { Language } from '../language.js';

export const clisp: Language = {
  name: 'clisp',
  profile: 'standard',
  isWarmed: false,
  aliases: ['lisp'],
  sourceFile: 'program.lisp',
  defaultOptions: [],
  run: ['clisp', '-q', '-norc', '{options}', '{source}', '{arguments}'],
  version: ['clisp', '--version'],
  hello: '(format t "hello~%")',
  packages: { debian: ['clisp'], fedora: ['clisp'], suse: ['clisp'] },
};
