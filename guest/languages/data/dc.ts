// dc, the desk calculator.

import type { Language } from '../language.js';

export const dc: Language = {
  name: 'dc',
  title: 'dc',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.dc',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['dc', '{options}', '-f', '{source}'],
  version: ['dc', '--version'],
  hello: '[hello]p\n',
  cases: {
    input: { inapplicable: 'reads numbers alone' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: '[Grüße, 世界 😀]p\n',
    syntaxError: { inapplicable: 'ends with 0 after an error' },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['dc'], fedora: ['bc'], suse: ['bc'] },
};
