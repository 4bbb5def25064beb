// Gnuplot, which draws with characters.

import type { Language } from '../language.js';

export const gnuplot: Language = {
  name: 'gnuplot',
  title: 'Gnuplot',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.gp',
  comment: { line: '#' },
  defaultOptions: [],
  run: [
    'gnuplot',
    '-e',
    'set terminal dumb; set print "-"',
    '{options}',
    '-c',
    '{source}',
    '{arguments}',
  ],
  version: ['gnuplot', '--version'],
  hello: 'print "hello"\n',
  cases: {
    input: { inapplicable: 'takes standard input for data alone' },
    arguments: 'do for [i = 1:ARGC] { print ARGV[i] }\n',
    exitCode: 'exit status 3\n',
    unicode: 'print "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `print "begun"
print (
`,
      phase: 'run',
      says: 'line 2',
      line: 2,
    },
    runTimeError: {
      code: `print "begun"
print missing
`,
      phase: 'run',
      says: 'undefined variable',
      line: 2,
    },
    modules: {
      files: {
        'program.gp': 'load "greeting.gp"\n',
        'greeting.gp': 'print "hello from a module"\n',
      },
    },
  },
  packages: { debian: ['gnuplot-nox'], fedora: [], suse: [] },
};
