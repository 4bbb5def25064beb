// Python 3, run by PyPy.

import type { Language } from '../language.js';
import { pythonCases } from './python-cases.js';

export const pypy3: Language = {
  name: 'pypy3',
  title: 'Python 3 (PyPy)',
  profile: 'full',
  isWarmed: false,
  aliases: ['pypy'],
  sourceFile: 'program.py',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['pypy3', '{options}', '{source}', '{arguments}'],
  version: ['pypy3', '--version'],
  hello: 'print("hello")\n',
  cases: pythonCases,
  packages: { debian: ['pypy3'], fedora: ['pypy3'], suse: ['pypy3'] },
};
