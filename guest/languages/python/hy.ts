// Hy, a Lisp that is Python.

import type { Language } from '../language.js';

export const hy: Language = {
  name: 'hy',
  title: 'Hy',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.hy',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['hy', '{options}', '{source}', '{arguments}'],
  version: ['hy', '--version'],
  hello: '(print "hello")\n',
  cases: {
    input: `(import sys)
(sys.stdout.write (sys.stdin.read))
`,
    arguments: `(import sys)
(for [argument (cut sys.argv 1 None)] (print argument))
`,
    exitCode: `(import sys)
(sys.exit 3)
`,
    unicode: '(print "Grüße, 世界 😀")\n',
    syntaxError: {
      code: `(print "begun")
(print (
`,
      phase: 'run',
      says: 'Premature end of input',
    },
    runTimeError: {
      code: `(setv x 0)
(print (/ 1 x))
`,
      phase: 'run',
      says: 'ZeroDivisionError',
      line: 2,
    },
    modules: {
      files: {
        'program.hy': `(import greeting)
(greeting.greet)
`,
        'greeting.hy': '(defn greet [] (print "hello from a module"))\n',
      },
    },
  },
  packages: { debian: ['hy'], fedora: [], suse: [] },
};
