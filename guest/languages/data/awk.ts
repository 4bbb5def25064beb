// AWK, run by GNU Awk.

import type { Language } from '../language.js';

export const awk: Language = {
  name: 'awk',
  profile: 'minimal',
  isWarmed: false,
  aliases: ['gawk'],
  sourceFile: 'program.awk',
  defaultOptions: [],
  run: ['gawk', '{options}', '-f', '{source}', '{arguments}'],
  version: ['gawk', '--version'],
  hello: 'BEGIN { print "hello" }',
  packages: { debian: ['gawk'], fedora: ['gawk'], suse: ['gawk'] },
};
