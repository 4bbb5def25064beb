// Perl.

import type { Language } from '../language.js';

export const perl: Language = {
  name: 'perl',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['pl'],
  sourceFile: 'program.pl',
  defaultOptions: ['-w'],
  run: ['perl', '{options}', '{source}', '{arguments}'],
  check: ['perl', '-c', '{options}', '{source}'],
  version: ['perl', '-e', 'print "perl $^V\\n"'],
  // Perl's own buffer is off while `$|` is set. `vars` imports nothing here.
  unbuffered: { PERL5OPT: '-Mvars;$|=1' },
  hello: 'print "hello\\n";',
  packages: { debian: ['perl'], fedora: ['perl'], suse: ['perl'] },
};
