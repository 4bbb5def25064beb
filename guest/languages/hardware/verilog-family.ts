// What the simulators of Verilog share: their sources, and what they are tried with.

import type { Cases } from '../cases.js';
import type { Language } from '../language.js';

/** A module that carries out the statement. */
export function moduleThat(statement: string, name = 'main'): string {
  return `module ${name};\n  initial begin\n    ${statement}\n  end\nendmodule\n`;
}

export const verilogSource = {
  comment: { begin: '/*', end: '*/' },
  compiledWithIt: { suffixes: ['.v', '.sv'], inAllDirectories: true },
  hello: moduleThat('$display("hello");'),
} as const satisfies Partial<Language>;

/** @param suffix of its files */
export function verilogCases(suffix: 'v' | 'sv'): Omit<Cases, 'exitCode'> {
  return {
    input: moduleThat(`begin : echo
      integer c;
      c = $fgetc(32'h8000_0000);
      while (c >= 0) begin $write("%c", c); c = $fgetc(32'h8000_0000); end
    end`),
    arguments: { inapplicable: 'takes arguments that begin with a plus sign' },
    unicode: moduleThat('$display("Grüße, 世界 😀");'),
    syntaxError: {
      code: 'module main;\n  wire x\nendmodule\n',
      phase: 'compile',
      says: 'syntax error',
      line: 3,
    },
    runTimeError: {
      code: moduleThat('$display("begun"); $fatal(1, "it fails");'),
      phase: 'run',
      says: 'it fails',
      line: 3,
    },
    modules: {
      files: {
        [`program.${suffix}`]: 'module main;\n  greeting greeting();\nendmodule\n',
        [`greeting.${suffix}`]: moduleThat('$display("hello from a module");', 'greeting'),
      },
    },
  };
}
