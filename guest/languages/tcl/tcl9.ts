// Tcl 9.

import type { Language } from '../language.js';
import { tcl } from './tcl.js';

export const tcl9: Language = {
  name: 'tcl9',
  title: 'Tcl 9',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.tcl',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['tclsh9.0', '{options}', '{source}', '{arguments}'],
  version: ['tclsh9.0'],
  versionInput: 'puts $tcl_patchLevel',
  hello: 'puts hello\n',
  cases: tcl.cases,
  packages: { debian: ['tcl9.0'], fedora: [], suse: [] },
};
