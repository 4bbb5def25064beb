// Cython: Python that becomes C.

import type { Language } from '../language.js';
import { pythonCases } from './python-cases.js';

export const cython: Language = {
  name: 'cython',
  title: 'Cython',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.pyx',
  comment: { line: '#' },
  defaultOptions: [],
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; cython3 -3 --embed "$@" -o "$program.c" "$source" && exec gcc -o "$program" "$program.c" $(python3-config --includes --ldflags --embed)',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['cython3', '--version'],
  hello: 'print("hello")\n',
  cases: {
    ...pythonCases,
    syntaxError: {
      code: `x = 1
x = (
`,
      phase: 'compile',
      says: 'Expected',
      line: 3,
    },
    modules: { inapplicable: 'is compiled alone' },
    runTimeError: {
      code: `x = 0
print(1 / x)
`,
      phase: 'run',
      says: 'ZeroDivisionError',
    },
  },
  packages: { debian: ['cython3', 'python3-dev', 'gcc'], fedora: [], suse: [] },
};
