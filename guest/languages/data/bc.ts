// bc, the calculator, with its mathematics library.

import type { Language } from '../language.js';

export const bc: Language = {
  name: 'bc',
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.bc',
  defaultOptions: ['-l'],
  // Behind the code it reads standard input as more of it.
  run: ['bc', '-q', '{options}', '{source}', '{arguments}'],
  version: ['bc', '--version'],
  hello: 'print "hello\\n"\n',
  packages: { debian: ['bc'], fedora: ['bc'], suse: ['bc'] },
};
