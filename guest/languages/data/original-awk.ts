// AWK, run by Brian Kernighan's program.

import type { Language } from '../language.js';

export const originalAwk: Language = {
  name: 'original-awk',
  title: 'AWK (original)',
  profile: 'full',
  isWarmed: false,
  aliases: ['bwk-awk'],
  sourceFile: 'program.awk',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['original-awk', '{options}', '-f', '{source}', '{arguments}'],
  version: ['original-awk', '--version'],
  hello: 'BEGIN { print "hello" }\n',
  cases: {
    input: '{ print }\n',
    arguments: 'BEGIN { for (i = 1; i < ARGC; i++) print ARGV[i] }\n',
    exitCode: 'BEGIN { exit 3 }\n',
    unicode: 'BEGIN { print "Grüße, 世界 😀" }\n',
    syntaxError: {
      code: `BEGIN {
  print (1
}
`,
      phase: 'run',
      says: 'syntax error',
      line: 3,
    },
    runTimeError: {
      code: `BEGIN {
  print 1 / 0
}
`,
      phase: 'run',
      says: 'division by zero',
      line: 2,
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['original-awk'], fedora: [], suse: [] },
};
