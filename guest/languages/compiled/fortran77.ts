// Fortran 77, compiled by way of C.

import type { Language } from '../language.js';

export const fortran77: Language = {
  name: 'fortran77',
  title: 'Fortran 77 (f2c)',
  profile: 'full',
  isWarmed: false,
  aliases: ['f77'],
  sourceFile: 'program.f',
  comment: { line: 'C ' },
  defaultOptions: [],
  compile: ['fort77', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['fort77', '-v', '-h'],
  hello: `      PRINT '(A)', 'hello'
      END
`,
  cases: {
    input: `      CHARACTER*80 LINE
      INTEGER I
   10 READ (*, '(A)', END=40) LINE
      DO 20 I = 80, 1, -1
      IF (LINE(I:I) .NE. ' ') GOTO 30
   20 CONTINUE
   30 WRITE (*, '(A)') LINE(1:I)
      GOTO 10
   40 END
`,
    arguments: `      CHARACTER*80 LINE
      INTEGER I, N
      DO 10 N = 1, IARGC()
      CALL GETARG(N, LINE)
      DO 20 I = 80, 1, -1
      IF (LINE(I:I) .NE. ' ') GOTO 30
   20 CONTINUE
   30 WRITE (*, '(A)') LINE(1:I)
   10 CONTINUE
      END
`,
    exitCode: `      CALL EXIT(3)
      END
`,
    unicode: `      PRINT '(A)', 'Grüße, 世界 😀'
      END
`,
    syntaxError: {
      code: `      PRINT *, 1
      PRINT *, (
      END
`,
      phase: 'compile',
      says: 'rror',
      line: 2,
    },
    runTimeError: { inapplicable: 'goes on after an error of arithmetic' },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['fort77'], fedora: [], suse: [] },
};
