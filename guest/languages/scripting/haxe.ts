// Haxe, run by its own interpreter: the class Program.

import type { Language } from '../language.js';

export const haxe: Language = {
  name: 'haxe',
  title: 'Haxe',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'Program.hx',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: [
    'sh',
    '-c',
    'shift; exec haxe "$@"',
    'sh',
    '{source}',
    '{options}',
    '--run',
    'Program',
    '{arguments}',
  ],
  version: ['haxe', '--version'],
  neededMemoryMiB: 200,
  hello: `class Program {
  static function main() Sys.println("hello");
}
`,
  cases: {
    input: `class Program {
  static function main() Sys.print(Sys.stdin().readAll().toString());
}
`,
    arguments: `class Program {
  static function main() for (argument in Sys.args()) Sys.println(argument);
}
`,
    exitCode: `class Program {
  static function main() Sys.exit(3);
}
`,
    unicode: `class Program {
  static function main() Sys.println("Grüße, 世界 😀");
}
`,
    syntaxError: {
      code: `class Program {
  static function main() {
    var x = ;
  }
}
`,
      phase: 'run',
      says: 'xpected',
      line: 3,
    },
    runTimeError: {
      code: `class Program {
  static function main() {
    throw "it fails";
  }
}
`,
      phase: 'run',
      says: 'it fails',
      line: 3,
    },
    modules: {
      files: {
        'Program.hx': `class Program {
  static function main() Greeting.greet();
}
`,
        'Greeting.hx': `class Greeting {
  public static function greet() Sys.println("hello from a module");
}
`,
      },
    },
  },
  packages: { debian: ['haxe'], fedora: [], suse: [] },
};
