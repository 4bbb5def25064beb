// Fennel, a Lisp that becomes Lua.

import type { Language } from '../language.js';

export const fennel: Language = {
  name: 'fennel',
  title: 'Fennel',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.fnl',
  comment: { line: ';' },
  defaultOptions: [],
  run: ['fennel', '{options}', '{source}', '{arguments}'],
  version: ['fennel', '--version'],
  hello: '(print "hello")\n',
  cases: {
    input: '(io.write (io.read "*a"))\n',
    arguments: '(each [_ argument (ipairs arg)] (print argument))\n',
    exitCode: '(os.exit 3)\n',
    unicode: '(print "Grüße, 世界 😀")\n',
    syntaxError: {
      code: `(print "begun")
(print (
`,
      phase: 'run',
      says: 'expected closing delimiter',
      line: 3,
    },
    runTimeError: {
      code: `(local x nil)
(x.missing)
`,
      phase: 'run',
      says: 'attempt to index',
      line: 2,
    },
    modules: {
      files: {
        'program.fnl': `(local {: greet} (require :greeting))
(greet)
`,
        'greeting.fnl': '{:greet (fn [] (print "hello from a module"))}\n',
      },
    },
  },
  packages: { debian: ['fennel'], fedora: [], suse: [] },
};
