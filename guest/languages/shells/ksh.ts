// KornShell 93.

import type { Language } from '../language.js';

export const ksh: Language = {
  name: 'ksh',
  profile: 'standard',
  isWarmed: false,
  aliases: ['ksh93'],
  sourceFile: 'program.ksh',
  defaultOptions: [],
  run: ['ksh93', '{options}', '{source}', '{arguments}'],
  version: ['ksh93', '-c', 'echo ${.sh.version}'],
  hello: 'typeset -u word=hello; typeset -l word; echo $word',
  packages: { debian: ['ksh93u+m'], fedora: ['ksh'], suse: ['ksh'] },
};
