// Fortran, compiled with GNU Fortran.

import type { Language } from '../language.js';

export const fortran: Language = {
  name: 'fortran',
  title: 'Fortran (GNU Fortran)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['gfortran', 'f90'],
  sourceFile: 'program.f90',
  compiledWithIt: { suffixes: ['.f90'], inAllDirectories: true },
  comment: { line: '!' },
  defaultOptions: ['-fcheck=all'],
  // Modules come before what uses them: a program is compiled after all other files. Their interfaces go beside it.
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; mkdir "$program.made" && exec gfortran -J "$program.made" -o "$program" "$@" "$source"',
    'sh',
    '{program}',
    '{sources}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['gfortran', '--version'],
  hello: "print '(a)', 'hello'\nend\n",
  cases: {
    input: `character(len=1000) :: line
integer :: status
do
  read (*, '(a)', iostat=status) line
  if (status /= 0) exit
  print '(a)', trim(line)
end do
end
`,
    arguments: `character(len=100) :: argument
integer :: i
do i = 1, command_argument_count()
  call get_command_argument(i, argument)
  print '(a)', trim(argument)
end do
end
`,
    exitCode: 'call exit(3)\nend\n',
    unicode: "print '(a)', 'Grüße, 世界 😀'\nend\n",
    syntaxError: {
      code: 'print *, 1\nprint *, (\nend\n',
      phase: 'compile',
      says: 'Error',
      line: 2,
    },
    runTimeError: {
      code: 'integer :: a(2), i\ni = 3\nprint *, a(i)\nend\n',
      phase: 'run',
      says: 'above upper bound',
      line: 3,
    },
    modules: {
      files: {
        'program.f90': 'use greeting\ncall greet\nend\n',
        'greeting.f90': `module greeting
contains
  subroutine greet
    print '(a)', 'hello from a module'
  end subroutine
end module
`,
      },
    },
  },
  packages: { debian: ['gfortran'], fedora: ['gcc-gfortran'], suse: ['gcc-fortran'] },
};
