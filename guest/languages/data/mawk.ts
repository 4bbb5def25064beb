// AWK, run by mawk.

import type { Language } from '../language.js';

export const mawk: Language = {
  name: 'mawk',
  title: 'AWK (mawk)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.awk',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['mawk', '{options}', '-f', '{source}', '--', '{arguments}'],
  version: ['mawk', '-W', 'version'],
  hello: 'BEGIN { print "hello" }\n',
  cases: {
    input: '{ print }\n',
    arguments: 'BEGIN { for (i = 1; i < ARGC; i++) print ARGV[i] }\n',
    exitCode: 'BEGIN { exit 3 }\n',
    unicode: 'BEGIN { print "Grüße, 世界 😀" }\n',
    syntaxError: { code: 'BEGIN {\n  print (1\n}\n', phase: 'run', says: 'missing )', line: 2 },
    runTimeError: {
      code: `BEGIN {
  getline < "/"; printf "%d %d", 1
}
`,
      phase: 'run',
      says: 'not enough arguments',
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['mawk'], fedora: ['mawk'], suse: ['mawk'] },
};
