// D, compiled with GCC.

import type { Language } from '../language.js';
import { d } from './d.js';

export const gdc: Language = {
  name: 'gdc',
  title: 'D (GCC)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.d',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compiledWithIt: { suffixes: ['.d'], inAllDirectories: true },
  compile: ['gdc', '{options}', '-o', '{program}', '{sources}'],
  run: ['{program}', '{arguments}'],
  version: ['gdc', '--version'],
  neededMemoryMiB: 200,
  hello: d.hello,
  cases: {
    ...d.cases,
    syntaxError: {
      code: `void main() {
  int x = ;
}
`,
      phase: 'compile',
      says: 'rror',
      line: 2,
    },
  },
  packages: { debian: ['gdc'], fedora: [], suse: [] },
};
