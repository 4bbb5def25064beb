// C#, compiled and run by Mono.

import type { Language } from '../language.js';

export const csharp: Language = {
  name: 'csharp',
  title: 'C# (Mono)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['cs', 'c#', 'mono'],
  sourceFile: 'program.cs',
  comment: { line: '//' },
  compiledWithIt: { suffixes: ['.cs'], inAllDirectories: true },
  defaultOptions: [],
  compile: ['mcs', '{options}', '-out:{program}', '{sources}'],
  run: ['mono', '{program}', '{arguments}'],
  version: ['mcs', '--version'],
  hello: 'class Program { static void Main() { System.Console.WriteLine("hello"); } }\n',
  cases: {
    input: `class Program {
  static void Main() { System.Console.Write(System.Console.In.ReadToEnd()); }
}
`,
    arguments: `class Program {
  static void Main(string[] arguments) {
    foreach (var argument in arguments) System.Console.WriteLine(argument);
  }
}
`,
    exitCode: 'class Program { static int Main() { return 3; } }\n',
    unicode:
      'class Program { static void Main() { System.Console.WriteLine("Grüße, 世界 😀"); } }\n',
    syntaxError: {
      code: 'class Program {\n  static void Main() { int x = ( }\n}\n',
      phase: 'compile',
      says: 'error CS',
      line: 2,
    },
    // Without `-debug` it names no line.
    runTimeError: {
      code: `class Program {
  static void Main(string[] arguments) { System.Console.WriteLine(1 / arguments.Length); }
}
`,
      phase: 'run',
      says: 'System.DivideByZeroException',
    },
    modules: {
      files: {
        'program.cs': 'class Program { static void Main() { Greeting.Greet(); } }\n',
        'greeting.cs': `class Greeting {
  public static void Greet() { System.Console.WriteLine("hello from a module"); }
}
`,
      },
    },
  },
  packages: { debian: ['mono-mcs', 'mono-runtime'], fedora: ['mono-core'], suse: ['mono-core'] },
};
