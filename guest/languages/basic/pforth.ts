// Forth, run by pForth.

import type { Language } from '../language.js';

export const pforth: Language = {
  name: 'pforth',
  title: 'Forth (pForth)',
  profile: 'full',
  isWarmed: false,
  aliases: ['forth'],
  sourceFile: 'program.fth',
  comment: { line: '\\ ' },
  defaultOptions: [],
  run: ['pforth', '-q', '{options}', '{source}'],
  version: ['pforth', '/dev/null'],
  hello: '.( hello) cr\n',
  cases: {
    input: `: echo begin key dup -1 <> while emit repeat drop ;
echo
`,
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: '.( Grüße, 世界 😀) cr\n',
    syntaxError: { inapplicable: 'ends with 0 after an error' },
    runTimeError: { inapplicable: 'ends with 0 after an error' },
    modules: { inapplicable: 'tells of each file that it includes' },
  },
  packages: { debian: ['pforth'], fedora: [], suse: [] },
};
