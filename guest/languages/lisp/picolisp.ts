// PicoLisp.

import type { Language } from '../language.js';

export const picolisp: Language = {
  name: 'picolisp',
  title: 'PicoLisp',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.l',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['picolisp', '{options}', '{source}', '-bye', '{arguments}'],
  version: ['picolisp', '-version', '-bye'],
  hello: '(prinl "hello")\n',
  cases: {
    input: '(in NIL (echo))\n',
    arguments: '(mapc prinl (cdr (argv)))\n',
    exitCode: '(bye 3)\n',
    unicode: '(prinl "Grüße, 世界 😀")\n',
    syntaxError: { inapplicable: 'waits for more of a list that does not end' },
    runTimeError: { inapplicable: 'asks what to do after an error' },
    modules: {
      files: {
        'program.l': `(load "greeting.l")
(greet)
`,
        'greeting.l': '(de greet () (prinl "hello from a module"))\n',
      },
    },
  },
  packages: { debian: ['picolisp'], fedora: [], suse: [] },
};
