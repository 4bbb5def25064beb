// Tcl.

import type { Language } from '../language.js';

export const tcl: Language = {
  name: 'tcl',
  profile: 'standard',
  isWarmed: false,
  aliases: ['tclsh'],
  sourceFile: 'program.tcl',
  defaultOptions: [],
  run: ['tclsh', '{options}', '{source}', '{arguments}'],
  version: ['tclsh'],
  versionInput: 'puts $tcl_patchLevel',
  hello: 'puts hello',
  packages: { debian: ['tcl'], fedora: ['tcl'], suse: ['tcl'] },
};
