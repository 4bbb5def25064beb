// SystemVerilog: a simulation that Verilator compiles by way of C++.

import type { Language } from '../language.js';

export const verilator: Language = {
  name: 'verilator',
  title: 'SystemVerilog (Verilator)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.sv',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compiledWithIt: { suffixes: ['.v', '.sv'], inAllDirectories: true },
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
  hello: `module main;
  initial begin
    $display("hello");
  end
endmodule
`,
  cases: {
    input: { inapplicable: 'x' },
    arguments: { inapplicable: 'takes arguments that begin with a plus sign' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: `module main;
  initial begin
    $display("Grüße, 世界 😀");
  end
endmodule
`,
    syntaxError: {
      code: `module main;
  wire x
endmodule
`,
      phase: 'compile',
      says: 'syntax error',
      line: 3,
    },
    runTimeError: {
      code: `module main;
  initial begin
    $display("begun");
    $fatal(1, "it fails");
  end
endmodule
`,
      phase: 'run',
      says: 'it fails',
      line: 4,
    },
    modules: {
      files: {
        'program.sv': `module main;
  greeting greeting();
endmodule
`,
        'greeting.sv': `module greeting;
  initial begin
    $display("hello from a module");
  end
endmodule
`,
      },
    },
  },
  packages: { debian: ['verilator', 'g++', 'make'], fedora: [], suse: [] },
};
