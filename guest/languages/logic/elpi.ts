// λProlog, run by ELPI: the goal main with the arguments.

import type { Language } from '../language.js';

export const elpi: Language = {
  name: 'elpi',
  title: 'λProlog (ELPI)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.elpi',
  comment: { line: '%' },
  defaultOptions: [],
  run: ['elpi', '{options}', '-exec', 'main', '{source}', '--', '{arguments}'],
  version: ['elpi', '-version'],
  hello: `type main list string -> prop.
main _ :- print "hello".
`,
  cases: {
    input: `type main list string -> prop.
type echo prop.
echo :- not (eof std_in), !, input_line std_in Line, print Line, echo.
echo.
main _ :- echo.
`,
    arguments: `type main list string -> prop.
type say string -> prop.
say Argument :- output std_out Argument, output std_out "\\n".
main Arguments :- std.forall Arguments say.
`,
    exitCode: { inapplicable: 'ends with 1 where the goal fails' },
    unicode: `type main list string -> prop.
main _ :- print "Grüße, 世界 😀".
`,
    syntaxError: {
      code: `main _ :- print "begun".
main :- ( .
`,
      phase: 'run',
      says: 'expected',
      line: 2,
    },
    runTimeError: {
      code: `type main list string -> prop.
main _ :- X is 1 div 0, print X.
`,
      phase: 'run',
      says: 'Division',
    },
    modules: {
      files: {
        'program.elpi': `accumulate greeting.
type main list string -> prop.
main _ :- greet.
`,
        'greeting.elpi': `type greet prop.
greet :- print "hello from a module".
`,
      },
    },
  },
  packages: { debian: ['elpi'], fedora: [], suse: [] },
};
