// MicroPython.

import type { Language } from '../language.js';
import { pythonCases } from './python-cases.js';

export const micropython: Language = {
  name: 'micropython',
  title: 'MicroPython',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.py',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['micropython', '{options}', '{source}', '{arguments}'],
  version: ['micropython', '--version'],
  hello: 'print("hello")\n',
  cases: {
    ...pythonCases,
    syntaxError: { code: 'x = 1\nx = )\n', phase: 'run', says: 'SyntaxError', line: 2 },
  },
  packages: { debian: ['micropython'], fedora: [], suse: [] },
};
