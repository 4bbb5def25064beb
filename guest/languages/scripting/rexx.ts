// REXX, run by Regina.

import type { Language } from '../language.js';

export const rexx: Language = {
  name: 'rexx',
  title: 'REXX (Regina)',
  profile: 'full',
  isWarmed: false,
  aliases: ['regina'],
  sourceFile: 'program.rexx',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['regina', '{options}', './{source}', '{arguments}'],
  version: ['regina', '-v'],
  hello: "say 'hello'\n",
  cases: {
    input: `do forever
  line = linein()
  if line == '' & lines() = 0 then leave
  say line
end
`,
    arguments: { inapplicable: 'gets all of its arguments as one text' },
    exitCode: 'exit 3\n',
    unicode: "say 'Grüße, 世界 😀'\n",
    syntaxError: {
      code: `say 1
say (
`,
      phase: 'run',
      says: 'Error',
      line: 2,
    },
    runTimeError: {
      code: `x = 1
say x / 0
`,
      phase: 'run',
      says: 'Error 42',
      line: 2,
    },
    modules: {
      files: {
        'program.rexx': "call './greeting.rexx'\n",
        'greeting.rexx': "say 'hello from a module'\nreturn\n",
      },
    },
  },
  packages: { debian: ['regina-rexx'], fedora: ['Regina-REXX'], suse: [] },
};
