// Tcl, run by Jim.

import type { Language } from '../language.js';

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
    input: 'puts -nonewline [stdin read]\n',
    arguments: 'foreach argument $argv { puts $argument }\n',
    exitCode: 'exit 3\n',
    unicode: 'puts "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `puts begun
puts [
`,
      phase: 'run',
      says: 'unmatched',
    },
    runTimeError: {
      code: `set x 0
puts [expr {1 / $x}]
`,
      phase: 'run',
      says: 'ivision by zero',
      line: 2,
    },
    modules: {
      files: {
        'program.tcl': `source greeting.tcl
greet
`,
        'greeting.tcl': 'proc greet {} { puts "hello from a module" }\n',
      },
    },
  },
  packages: { debian: ['jimsh'], fedora: [], suse: [] },
};
