// bc, the calculator, with its mathematics library.

import type { Language } from '../language.js';

export const bc: Language = {
  name: 'bc',
  title: 'bc',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.bc',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: ['-l'],
  // Behind the code it reads standard input as more of it.
  run: ['bc', '-q', '{options}', '{source}', '{arguments}'],
  version: ['bc', '--version'],
  hello: 'print "hello\\n"\n',
  cases: {
    input: { inapplicable: 'reads numbers alone' },
    arguments: { inapplicable: 'has no command-line arguments' },
    exitCode: { inapplicable: 'ends with 0' },
    unicode: 'print "Grüße, 世界 😀\\n"\n',
    syntaxError: { inapplicable: 'ends with 0 after an error of syntax' },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: { inapplicable: 'reads other files by its command line alone' },
  },
  packages: { debian: ['bc'], fedora: ['bc'], suse: ['bc'] },
};
