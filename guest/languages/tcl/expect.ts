// Expect: Tcl that talks to other programs.

import type { Language } from '../language.js';
import { tcl } from './tcl.js';

export const expect: Language = {
  name: 'expect',
  title: 'Expect',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.exp',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['expect', '{options}', '-f', '{source}', '{arguments}'],
  version: ['expect', '-v'],
  hello: 'puts hello\n',
  cases: {
    ...tcl.cases,
    input: 'puts -nonewline [read stdin]\n',
    modules: {
      files: {
        'program.exp': `source greeting.tcl
greet
`,
        'greeting.tcl': 'proc greet {} { puts "hello from a module" }\n',
      },
    },
  },
  packages: { debian: ['expect'], fedora: [], suse: [] },
};
