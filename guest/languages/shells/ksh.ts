// KornShell 93.

import type { Language } from '../language.js';
import { shellCases } from './shell-cases.js';

export const ksh: Language = {
  name: 'ksh',
  title: 'KornShell 93',
  profile: 'standard',
  isWarmed: false,
  aliases: ['ksh93'],
  sourceFile: 'program.ksh',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['ksh93', '{options}', '{source}', '{arguments}'],
  version: ['ksh93', '-c', 'echo ${.sh.version}'],
  hello: 'typeset -u word=hello; typeset -l word; echo $word',
  cases: shellCases('program.ksh', {
    code: 'echo begun\nif true; fi\n',
    phase: 'run',
    says: 'syntax error',
    line: 2,
  }),
  packages: { debian: ['ksh93u+m'], fedora: ['ksh'], suse: ['ksh'] },
};
