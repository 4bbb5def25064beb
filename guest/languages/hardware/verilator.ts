// SystemVerilog: a simulation that Verilator compiles by way of C++.

import type { Language } from '../language.js';
import { verilogCases, verilogSource } from './verilog-family.js';

export const verilator: Language = {
  name: 'verilator',
  title: 'SystemVerilog (Verilator)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.sv',
  ...verilogSource,
  defaultOptions: [],
  compile: [
    'verilator',
    '--binary',
    '-Wno-fatal',
    '--quiet',
    '--Mdir',
    '{program}.made',
    '--top-module',
    'main',
    '{options}',
    '-o',
    '{program}',
    '{sources}',
  ],
  run: ['{program}', '+verilator+quiet', '{arguments}'],
  version: ['verilator', '--version'],
  neededMemoryMiB: 400,
  cases: { ...verilogCases('sv'), exitCode: { inapplicable: 'has no exit code of its own' } },
  packages: { debian: ['verilator', 'g++', 'make'], fedora: [], suse: [] },
};
