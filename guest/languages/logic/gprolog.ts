// Prolog, compiled with GNU Prolog. A directive starts the program.

import type { Language } from '../language.js';

export const gprolog: Language = {
  name: 'gprolog',
  title: 'Prolog (GNU Prolog)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.pl',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compile: ['gplc', '--no-top-level', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['gplc', '--version'],
  hello: ':- initialization((write(hello), nl)).\n',
  cases: {
    input: `:- initialization(copy).
copy :- get_char(C), ( C = end_of_file -> true ; put_char(C), copy ).
`,
    arguments: `:- initialization(print).
print :- argument_list(L), forall(member(A, L), (write(A), nl)).
`,
    exitCode: ':- initialization(halt(3)).\n',
    unicode: ":- initialization((write('Grüße, 世界 😀'), nl)).\n",
    syntaxError: {
      code: `:- initialization(nl).
foo :- bar(.
`,
      phase: 'compile',
      says: 'error',
      line: 2,
    },
    runTimeError: { inapplicable: 'ends with 0 after an error in a directive' },
    modules: {
      files: {
        'program.pl': `:- include('greeting.pl').
:- initialization(greet).
`,
        'greeting.pl': "greet :- write('hello from a module'), nl.\n",
      },
    },
  },
  packages: { debian: ['gprolog'], fedora: ['gprolog'], suse: [] },
};
