// Tcl.

import type { Language } from '../language.js';

export const tcl: Language = {
  name: 'tcl',
  title: 'Tcl 8.6',
  profile: 'standard',
  isWarmed: false,
  aliases: ['tclsh'],
  sourceFile: 'program.tcl',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['tclsh', '{options}', '{source}', '{arguments}'],
  version: ['tclsh'],
  versionInput: 'puts $tcl_patchLevel',
  hello: 'puts hello',
  cases: {
    input: 'fcopy stdin stdout\n',
    arguments: 'foreach argument $argv { puts $argument }\n',
    exitCode: 'exit 3\n',
    unicode: 'puts "Grüße, 世界 😀"\n',
    syntaxError: { code: 'set x 1\nputs [\n', phase: 'run', says: 'missing close-bracket' },
    runTimeError: {
      code: 'set x 0\nputs [expr {1 / $x}]\n',
      phase: 'run',
      says: 'divide by zero',
      line: 2,
    },
    modules: {
      files: {
        'program.tcl': 'source greeting.tcl\ngreet\n',
        'greeting.tcl': 'proc greet {} { puts "hello from a module" }\n',
      },
    },
  },
  packages: { debian: ['tcl'], fedora: ['tcl'], suse: ['tcl'] },
};
