// GNU make: the first target of the makefile is made.

import type { Language } from '../language.js';

export const make: Language = {
  name: 'make',
  title: 'GNU make',
  profile: 'full',
  isWarmed: false,
  aliases: ['makefile'],
  sourceFile: 'program.mk',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['make', '-s', '{options}', '-f', '{source}', '{arguments}'],
  version: ['make', '--version'],
  hello: `all:
	echo hello
`,
  cases: {
    input: `all:
	cat
`,
    arguments: { inapplicable: 'takes names of targets' },
    exitCode: { inapplicable: 'ends with 2 where a command fails' },
    unicode: `all:
	echo 'Grüße, 世界 😀'
`,
    syntaxError: {
      code: `all:
	true
)
`,
      phase: 'run',
      says: 'missing separator',
      line: 3,
    },
    runTimeError: { code: 'all: missing\n', phase: 'run', says: 'No rule to make target' },
    modules: {
      files: {
        'program.mk': 'include greeting.mk\n',
        'greeting.mk': `all:
	echo hello from a module
`,
      },
    },
  },
  packages: { debian: ['make'], fedora: ['make'], suse: ['make'] },
};
