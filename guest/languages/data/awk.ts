// AWK, run by GNU Awk.

import type { Language } from '../language.js';

export const awk: Language = {
  name: 'awk',
  title: 'AWK (gawk)',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['gawk'],
  sourceFile: 'program.awk',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['gawk', '{options}', '-f', '{source}', '{arguments}'],
  version: ['gawk', '--version'],
  hello: 'BEGIN { print "hello" }',
  cases: {
    input: '{ print }\n',
    arguments: 'BEGIN { for (i = 1; i < ARGC; i++) print ARGV[i] }\n',
    exitCode: 'BEGIN { exit 3 }\n',
    unicode: 'BEGIN { print "Grüße, 世界 😀" }\n',
    syntaxError: {
      code: 'BEGIN {\n  print (1\n}\n',
      phase: 'run',
      says: 'unexpected newline',
      line: 3,
    },
    runTimeError: {
      code: 'BEGIN {\n  print 1 / 0\n}\n',
      phase: 'run',
      says: 'division by zero',
      line: 2,
    },
    modules: {
      files: {
        'program.awk': '@include "greeting.awk"\nBEGIN { greet() }\n',
        'greeting.awk': 'function greet() { print "hello from a module" }\n',
      },
    },
  },
  packages: { debian: ['gawk'], fedora: ['gawk'], suse: ['gawk'] },
};
