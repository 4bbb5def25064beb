// roff, whose output is the text as a terminal shows it.

import type { Language } from '../language.js';

export const groff: Language = {
  name: 'groff',
  title: 'roff (groff)',
  profile: 'full',
  isWarmed: false,
  aliases: ['roff'],
  sourceFile: 'program.roff',
  comment: { line: '.\\"' },
  defaultOptions: [],
  run: ['groff', '-Tutf8', '-K', 'utf8', '-P-cbou', '{options}', '{source}'],
  version: ['groff', '--version'],
  hello: `.pl 1
hello
`,
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code' },
    unicode: `.pl 1
Grüße, 世界 😀
`,
    syntaxError: { inapplicable: 'warns and goes on' },
    runTimeError: { inapplicable: 'warns and goes on' },
    modules: {
      files: {
        'program.roff': `.pl 1
.so greeting.roff
`,
        'greeting.roff': 'hello from a module\n',
      },
    },
  },
  packages: { debian: ['groff-base'], fedora: [], suse: [] },
};
