// Verilog: a simulation by Icarus Verilog.

import type { Language } from '../language.js';
import { moduleThat, verilogCases, verilogSource } from './verilog-family.js';

export const verilog: Language = {
  name: 'verilog',
  title: 'Verilog (Icarus)',
  profile: 'full',
  isWarmed: false,
  aliases: ['iverilog'],
  sourceFile: 'program.v',
  ...verilogSource,
  defaultOptions: [],
  compile: ['iverilog', '-g2012', '{options}', '-o', '{program}', '{sources}'],
  run: ['vvp', '-n', '{program}', '{arguments}'],
  version: ['iverilog', '-V'],
  cases: { ...verilogCases('v'), exitCode: moduleThat('$finish_and_return(3);') },
  packages: { debian: ['iverilog'], fedora: [], suse: [] },
};
