// Prolog, run by SWI-Prolog: the goal main.

import type { Language } from '../language.js';

export const prolog: Language = {
  name: 'prolog',
  title: 'Prolog (SWI-Prolog)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['swipl'],
  sourceFile: 'program.pl',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['swipl', '-q', '-g', 'main', '-t', 'halt', '{options}', '{source}', '{arguments}'],
  version: ['swipl', '--version'],
  hello: 'main :- writeln(hello).',
  cases: {
    input: 'main :- copy_stream_data(user_input, user_output).\n',
    arguments: `main :- current_prolog_flag(argv, Arguments), forall(member(A, Arguments), (write(A), nl)).
`,
    exitCode: 'main :- halt(3).\n',
    unicode: "main :- write('Grüße, 世界 😀'), nl.\n",
    syntaxError: { inapplicable: 'goes on without a clause that it cannot read' },
    runTimeError: { code: 'main :- X is 1 / 0, write(X).\n', phase: 'run', says: 'divi' },
    modules: {
      files: {
        'program.pl': ':- consult(greeting).\nmain :- greet.\n',
        'greeting.pl': "greet :- write('hello from a module'), nl.\n",
      },
    },
  },
  packages: { debian: ['swi-prolog-nox'], fedora: ['pl'], suse: ['swipl'] },
};
