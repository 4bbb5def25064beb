// Fortran, compiled in memory by LFortran.

import type { Language } from '../language.js';

export const lfortran: Language = {
  name: 'lfortran',
  title: 'Fortran (LFortran)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.f90',
  comment: { line: '!' },
  defaultOptions: [],
  run: ['lfortran', '--no-color', '{options}', '{source}', '{arguments}'],
  version: ['lfortran', '--version'],
  hello: `print '(a)', 'hello'
end
`,
  cases: {
    input: { inapplicable: 'does not notice the end of its input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: `program main
stop 3
end program
`,
    unicode: `print '(a)', 'Grüße, 世界 😀'
end
`,
    syntaxError: {
      code: `print *, 1
print *, (
end
`,
      phase: 'run',
      says: 'rror',
      line: 2,
    },
    runTimeError: {
      code: `error stop "it fails"
end
`,
      phase: 'run',
      says: 'ERROR STOP',
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['lfortran'], fedora: [], suse: [] },
};
