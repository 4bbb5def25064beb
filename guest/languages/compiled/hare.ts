// Hare.

import type { Language } from '../language.js';

export const hare: Language = {
  name: 'hare',
  title: 'Hare',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.ha',
  comment: { line: '//' },
  defaultOptions: [],
  compile: ['hare', 'build', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['hare', 'version'],
  hello: `use fmt;

export fn main() void = {
	fmt::println("hello")!;
};
`,
  cases: {
    input: `use io;
use os;

export fn main() void = {
	io::copy(os::stdout, os::stdin)!;
};
`,
    arguments: `use fmt;
use os;

export fn main() void = {
	for (let argument .. os::args[1..]) fmt::println(argument)!;
};
`,
    exitCode: `use os;

export fn main() void = os::exit(3);
`,
    unicode: `use fmt;

export fn main() void = {
	fmt::println("Grüße, 世界 😀")!;
};
`,
    syntaxError: {
      code: `export fn main() void = {
	let x = ;
};
`,
      phase: 'compile',
      says: 'rror',
      line: 2,
    },
    runTimeError: {
      code: `export fn main() void = {
	let x: []int = [];
	x[1] = 2;
};
`,
      phase: 'run',
      says: 'out of bounds',
      line: 3,
    },
    modules: {
      files: {
        'program.ha': `use greeting;

export fn main() void = greeting::greet();
`,
        'greeting/greeting.ha': `use fmt;

export fn greet() void = {
	fmt::println("hello from a module")!;
};
`,
      },
    },
  },
  packages: { debian: ['hare'], fedora: [], suse: [] },
};
