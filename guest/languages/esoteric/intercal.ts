// INTERCAL, compiled by C-INTERCAL.

import type { Language } from '../language.js';

export const intercal: Language = {
  name: 'intercal',
  title: 'INTERCAL',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.i',
  comment: { line: 'DO NOT ' },
  defaultOptions: [],
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; cp "$source" "$program.i" && exec ick -b "$@" "$program.i"',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['{program}'],
  version: ['ick', '-@'],
  hello: `DO NOT ASK: IT SAYS hello
DO ,1 <- #6
DO ,1 SUB #1 <- #234
DO ,1 SUB #2 <- #112
DO ,1 SUB #3 <- #112
DO ,1 SUB #4 <- #0
PLEASE DO ,1 SUB #5 <- #64
DO ,1 SUB #6 <- #166
PLEASE READ OUT ,1
PLEASE GIVE UP
`,
  cases: {
    input: { inapplicable: 'reads numbers alone' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: { inapplicable: 'has no letters' },
    syntaxError: {
      code: `PLEASE DO .1 <- #1
PLEASE DO .2 <- #2
PLEASE READ OUT .1
PLEASE GIVE UP
`,
      phase: 'compile',
      says: 'ICL099I',
    },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['intercal'], fedora: [], suse: [] },
};
