// Perl.

import type { Language } from '../language.js';

export const perl: Language = {
  name: 'perl',
  title: 'Perl',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['pl'],
  sourceFile: 'program.pl',
  comment: { line: '#' },
  defaultOptions: ['-w'],
  run: ['perl', '{options}', '{source}', '{arguments}'],
  check: ['perl', '-c', '{options}', '{source}'],
  version: ['perl', '-e', 'print "perl $^V\\n"'],
  // Perl's own buffer is off while `$|` is set. `vars` imports nothing here.
  unbuffered: { PERL5OPT: '-Mvars;$|=1' },
  hello: 'print "hello\\n";',
  cases: {
    input: 'print while <STDIN>;\n',
    arguments: 'print "$_\\n" for @ARGV;\n',
    exitCode: 'exit 3;\n',
    unicode: 'print "Grüße, 世界 😀\\n";\n',
    syntaxError: { code: 'my $x = 1;\nprint 1 1;\n', phase: 'run', says: 'syntax error', line: 2 },
    runTimeError: { code: 'print "";\ndie "it fails";\n', phase: 'run', says: 'it fails', line: 2 },
    modules: {
      files: {
        'program.pl': 'use lib ".";\nuse Greeting;\nGreeting::greet();\n',
        'Greeting.pm': 'package Greeting;\nsub greet { print "hello from a module\\n" }\n1;\n',
      },
    },
  },
  packages: { debian: ['perl'], fedora: ['perl'], suse: ['perl'] },
};
