// Tcl, run by Jim.

import type { Language } from '../language.js';
import { tcl } from './tcl.js';

export const jim: Language = {
  name: 'jim',
  title: 'Jim Tcl',
  profile: 'full',
  isWarmed: false,
  aliases: ['jimsh', 'jimtcl'],
  sourceFile: 'program.tcl',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['jimsh', '{options}', '{source}', '{arguments}'],
  version: ['jimsh', '--version'],
  hello: 'puts hello\n',
  cases: {
    ...tcl.cases,
    input: 'puts -nonewline [stdin read]\n',
    syntaxError: { code: 'set x 1\nputs [\n', phase: 'run', says: 'unmatched' },
    runTimeError: {
      code: `set x 0
puts [expr {1 / $x}]
`,
      phase: 'run',
      says: 'ivision by zero',
      line: 2,
    },
  },
  packages: { debian: ['jimsh'], fedora: [], suse: [] },
};
