// D, compiled with LDC.

import type { Language } from '../language.js';

export const d: Language = {
  name: 'd',
  title: 'D (LDC)',
  profile: 'full',
  isWarmed: false,
  aliases: ['ldc', 'dlang'],
  sourceFile: 'program.d',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compile: ['ldc2', '{options}', '-of={program}', '{sources}'],
  run: ['{program}', '{arguments}'],
  version: ['ldc2', '--version'],
  compiledWithIt: { suffixes: ['.d'], inAllDirectories: true },
  neededMemoryMiB: 200,
  hello: `import std.stdio;

void main() { writeln("hello"); }
`,
  cases: {
    input: `import std.stdio;

void main() { foreach (line; stdin.byLine) writeln(line); }
`,
    arguments: `import std.stdio;

void main(string[] arguments) { foreach (argument; arguments[1 .. $]) writeln(argument); }
`,
    exitCode: 'int main() { return 3; }\n',
    unicode: `import std.stdio;

void main() { writeln("Grüße, 世界 😀"); }
`,
    syntaxError: {
      code: `void main() {
  int x = ;
}
`,
      phase: 'compile',
      says: 'Error',
      line: 2,
    },
    runTimeError: {
      code: 'void main() {\n  int[] x;\n  x[1] = 2;\n}\n',
      phase: 'run',
      says: 'out of bounds',
      line: 3,
    },
    modules: {
      files: {
        'program.d': `import greeting;

void main() { greet(); }
`,
        'greeting.d': `import std.stdio;

void greet() { writeln("hello from a module"); }
`,
      },
    },
  },
  packages: { debian: ['ldc'], fedora: ['ldc'], suse: ['ldc'] },
};
