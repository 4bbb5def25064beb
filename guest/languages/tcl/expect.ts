// Expect: Tcl that talks to other programs.

import type { Language } from '../language.js';

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
    input: 'puts -nonewline [read stdin]\n',
    arguments: 'foreach argument $argv { puts $argument }\n',
    exitCode: 'exit 3\n',
    unicode: 'puts "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `puts begun
puts [
`,
      phase: 'run',
      says: 'missing close-bracket',
    },
    runTimeError: {
      code: `set x 0
puts [expr {1 / $x}]
`,
      phase: 'run',
      says: 'divide by zero',
      line: 2,
    },
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
