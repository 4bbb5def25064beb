// Go, compiled with GCC.

import type { Language } from '../language.js';
import { go } from './go.js';

export const gccgo: Language = {
  name: 'gccgo',
  title: 'Go (GCC)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.go',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compiledWithIt: { suffixes: ['.go'], inAllDirectories: false },
  compile: ['gccgo', '{options}', '-o', '{program}', '{sources}'],
  run: ['{program}', '{arguments}'],
  version: ['gccgo', '--version'],
  hello: go.hello,
  cases: {
    ...go.cases,
    syntaxError: {
      code: `package main

func main() { x := }
`,
      phase: 'compile',
      says: 'rror',
      line: 3,
    },
  },
  packages: { debian: ['gccgo'], fedora: [], suse: [] },
};
