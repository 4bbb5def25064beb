// Nickle, a language of numbers that looks like C.

import type { Language } from '../language.js';

export const nickle: Language = {
  name: 'nickle',
  title: 'Nickle',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.5c',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['nickle', '{options}', '{source}', '{arguments}'],
  version: ['nickle', '--version'],
  hello: 'printf("hello\\n");\n',
  cases: {
    input: 'while (!File::end(stdin)) putchar(getchar());\n',
    arguments: 'for (int i = 1; i < dim(argv); i++) printf("%s\\n", argv[i]);\n',
    exitCode: 'exit(3);\n',
    unicode: 'printf("Grüße, 世界 😀\\n");\n',
    syntaxError: {
      code: `printf("begun\\n");
int x = ;
`,
      phase: 'run',
      says: 'syntax error',
      line: 2,
    },
    runTimeError: {
      code: `int x = 0;
printf("%d\\n", 1 // x);
`,
      phase: 'run',
      says: 'ivide',
    },
    modules: {
      files: {
        'program.5c': `load "./greeting.5c"
greet();
`,
        'greeting.5c': 'void greet() { printf("hello from a module\\n"); }\n',
      },
    },
  },
  packages: { debian: ['nickle'], fedora: [], suse: [] },
};
