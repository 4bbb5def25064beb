// PostScript, run by Ghostscript.

import type { Language } from '../language.js';

export const postscript: Language = {
  name: 'postscript',
  title: 'PostScript (Ghostscript)',
  profile: 'full',
  isWarmed: false,
  aliases: ['ghostscript', 'ps'],
  sourceFile: 'program.ps',
  comment: { line: '%' },
  defaultOptions: [],
  run: [
    'gs',
    '-q',
    '-dNOSAFER',
    '-dNODISPLAY',
    '-dBATCH',
    '-dNOPAUSE',
    '{options}',
    '--',
    '{source}',
    '{arguments}',
  ],
  version: ['gs', '--version'],
  hello: '(hello) =\n',
  cases: {
    input: `/text 100 string def
{ (%stdin) (r) file text readstring not { print exit } if print } loop
`,
    arguments: 'ARGUMENTS { = } forall\n',
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: '(Grüße, 世界 😀) =\n',
    syntaxError: {
      code: `(begun) =
(never closed
`,
      phase: 'run',
      says: 'Error',
    },
    runTimeError: {
      code: `(begun) =
1 0 idiv
`,
      phase: 'run',
      says: 'undefinedresult',
    },
    modules: {
      files: {
        'program.ps': `(greeting.ps) run
greet
`,
        'greeting.ps': '/greet { (hello from a module) = } def\n',
      },
    },
  },
  packages: { debian: ['ghostscript'], fedora: [], suse: [] },
};
