// Verilog: a simulation by Icarus Verilog.

import type { Language } from '../language.js';

export const verilog: Language = {
  name: 'verilog',
  title: 'Verilog (Icarus)',
  profile: 'full',
  isWarmed: false,
  aliases: ['iverilog'],
  sourceFile: 'program.v',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compiledWithIt: { suffixes: ['.v', '.sv'], inAllDirectories: true },
  compile: ['iverilog', '-g2012', '{options}', '-o', '{program}', '{sources}'],
  run: ['vvp', '-n', '{program}', '{arguments}'],
  version: ['iverilog', '-V'],
  hello: `module main;
  initial begin
    $display("hello");
  end
endmodule
`,
  cases: {
    input: `module main;
  initial begin
    begin : echo
      integer c;
      c = $fgetc(32'h8000_0000);
      while (c >= 0) begin $write("%c", c); c = $fgetc(32'h8000_0000); end
    end
  end
endmodule
`,
    arguments: { inapplicable: 'takes arguments that begin with a plus sign' },
    exitCode: `module main;
  initial begin
    $finish_and_return(3);
  end
endmodule
`,
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
    $display("begun"); $fatal(1, "it fails");
  end
endmodule
`,
      phase: 'run',
      says: 'it fails',
      line: 3,
    },
    modules: {
      files: {
        'program.v': `module main;
  greeting greeting();
endmodule
`,
        'greeting.v': `module greeting;
  initial $display("hello from a module");
endmodule
`,
      },
    },
  },
  packages: { debian: ['iverilog'], fedora: [], suse: [] },
};
