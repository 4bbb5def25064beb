// Algol 68, run by Algol 68 Genie.

import type { Language } from '../language.js';

export const algol68: Language = {
  name: 'algol68',
  title: 'Algol 68 (Genie)',
  profile: 'full',
  isWarmed: false,
  aliases: ['a68g', 'a68'],
  sourceFile: 'program.a68',
  comment: { begin: 'CO', end: 'CO' },
  defaultOptions: [],
  run: ['a68g', '{options}', '{source}', '--', '{arguments}'],
  version: ['a68g', '--version'],
  hello: 'print(("hello", new line))\n',
  cases: {
    input: `STRING line;
DO
  on logical file end(stand in, (REF FILE f) BOOL: (exit; FALSE));
  read((line, new line));
  print((line, new line))
OD;
exit: SKIP
`,
    arguments: 'FOR i FROM 4 TO argc DO print((argv(i), new line)) OD\n',
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: 'print(("Grüße, 世界 😀", new line))\n',
    syntaxError: {
      code: `print(1);
print((
`,
      phase: 'run',
      says: 'error',
    },
    runTimeError: {
      code: `INT x = 0;
print(1 OVER x)
`,
      phase: 'run',
      says: 'division by zero',
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['algol68g'], fedora: ['algol68g'], suse: [] },
};
