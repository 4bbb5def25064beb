// Raku, run by Rakudo.

import type { Language } from '../language.js';

export const raku: Language = {
  name: 'raku',
  title: 'Raku (Rakudo)',
  profile: 'full',
  isWarmed: false,
  aliases: ['perl6', 'rakudo'],
  sourceFile: 'program.raku',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['raku', '{options}', '{source}', '{arguments}'],
  version: ['raku', '--version'],
  hello: 'say "hello";\n',
  cases: {
    input: 'print $*IN.slurp;\n',
    arguments: '.say for @*ARGS;\n',
    exitCode: 'exit 3;\n',
    unicode: 'say "Grüße, 世界 😀";\n',
    syntaxError: { code: 'my $x = 1;\nsay 1 1;\n', phase: 'run', says: 'SORRY', line: 2 },
    runTimeError: {
      code: `say "";
die "it fails";
`,
      phase: 'run',
      says: 'it fails',
      line: 2,
    },
    modules: {
      files: {
        'program.raku': `use lib ".";
use Greeting;
greet;
`,
        'Greeting.rakumod': `unit module Greeting;
sub greet is export { say "hello from a module" }
`,
      },
    },
  },
  packages: { debian: ['rakudo'], fedora: ['rakudo'], suse: ['rakudo'] },
};
