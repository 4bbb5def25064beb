// COBOL in free format, compiled with GnuCOBOL.

import type { Language } from '../language.js';

export const cobol: Language = {
  name: 'cobol',
  title: 'COBOL (GnuCOBOL)',
  profile: 'full',
  isWarmed: false,
  aliases: ['cob'],
  sourceFile: 'program.cob',
  comment: { line: '*>' },
  defaultOptions: [],
  compile: ['cobc', '-x', '-free', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['cobc', '--version'],
  hello: `identification division.
program-id. hello.
procedure division.
  display "hello".
  stop run.
`,
  cases: {
    input: `identification division.
program-id. copy-input.
data division.
working-storage section.
01 input-line pic x(1000).
01 at-end pic 9 value 0.
procedure division.
  perform until at-end = 1
    move spaces to input-line
    accept input-line on exception move 1 to at-end end-accept
    if at-end = 0 display function trim(input-line trailing) end-if
  end-perform.
  stop run.
`,
    arguments: `identification division.
program-id. print-arguments.
data division.
working-storage section.
01 argument pic x(100).
01 argument-count pic 9(4).
procedure division.
  accept argument-count from argument-number.
  perform argument-count times
    move spaces to argument
    accept argument from argument-value
    display function trim(argument trailing)
  end-perform.
  stop run.
`,
    exitCode: `identification division.
program-id. ends.
procedure division.
  stop run returning 3.
`,
    unicode: `identification division.
program-id. hello.
procedure division.
  display "Grüße, 世界 😀".
  stop run.
`,
    syntaxError: {
      code: `identification division.
program-id. wrong.
procedure division.
  display.
`,
      phase: 'compile',
      says: 'error',
      line: 4,
    },
    runTimeError: {
      code: `identification division.
program-id. fails.
procedure division.
  call "missing".
  stop run.
`,
      phase: 'run',
      says: 'missing',
    },
    modules: { inapplicable: 'is compiled from one file' },
  },
  packages: { debian: ['gnucobol3'], fedora: ['gnucobol'], suse: [] },
};
