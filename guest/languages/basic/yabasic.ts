// BASIC, run by Yabasic.

import type { Language } from '../language.js';

export const yabasic: Language = {
  name: 'yabasic',
  title: 'BASIC (Yabasic)',
  profile: 'full',
  isWarmed: false,
  aliases: ['basic'],
  sourceFile: 'program.yab',
  comment: { line: 'rem ' },
  defaultOptions: [],
  run: ['yabasic', '{options}', '{source}', '{arguments}'],
  version: ['yabasic', '--version'],
  hello: 'print "hello"\n',
  cases: {
    input: `repeat
  line input "" l$
  print l$
until (eof(0))
`,
    arguments: `while (peek("arguments") > 0)
  print peek$("argument")
wend
`,
    exitCode: 'exit 3\n',
    unicode: 'print "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `print 1
print (
`,
      phase: 'run',
      says: 'line 2',
    },
    runTimeError: {
      code: `dim a(2)
print a(9)
`,
      phase: 'run',
      says: 'out of range',
    },
    modules: {
      files: {
        'program.yab': `import greeting
greet()
`,
        'greeting.yab': `export sub greet()
  print "hello from a module"
end sub
`,
      },
    },
  },
  packages: { debian: ['yabasic'], fedora: [], suse: [] },
};
