// S-Lang.

import type { Language } from '../language.js';

export const slang: Language = {
  name: 'slang',
  title: 'S-Lang',
  profile: 'full',
  isWarmed: false,
  aliases: ['slsh'],
  sourceFile: 'program.sl',
  comment: { line: '%' },
  defaultOptions: [],
  run: ['slsh', '{options}', '{source}', '{arguments}'],
  version: ['slsh', '--version'],
  hello: '() = printf("hello\\n");\n',
  cases: {
    input: `variable line;
while (-1 != fgets(&line, stdin)) () = fputs(line, stdout);
`,
    arguments: `variable i;
for (i = 1; i < __argc; i++) () = printf("%s\\n", __argv[i]);
`,
    exitCode: 'exit(3);\n',
    unicode: '() = printf("Grüße, 世界 😀\\n");\n',
    syntaxError: {
      code: `() = printf("begun\\n");
variable x = ;
`,
      phase: 'run',
      says: 'yntax',
      line: 2,
    },
    runTimeError: {
      code: `variable x = {};
() = printf("%d", x[1]);
`,
      phase: 'run',
      says: 'out of range',
      line: 2,
    },
    modules: {
      files: {
        'program.sl': `() = evalfile("./greeting.sl");
greet();
`,
        'greeting.sl': 'define greet() { () = printf("hello from a module\\n"); }\n',
      },
    },
  },
  packages: { debian: ['slsh'], fedora: [], suse: [] },
};
