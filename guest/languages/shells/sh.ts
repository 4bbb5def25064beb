// POSIX shell.

import type { Language } from '../language.js';
import { shellCases } from './shell-cases.js';

export const sh: Language = {
  name: 'sh',
  title: 'POSIX shell (dash)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['shell'],
  sourceFile: 'program.sh',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['sh', '{options}', '{source}', '{arguments}'],
  check: ['sh', '-n', '{options}', '{source}'],
  // POSIX sh has no version option; which shell it is says enough.
  version: ['sh', '-c', 'readlink -f "$(command -v sh)"'],
  hello: 'echo hello',
  cases: shellCases('program.sh', {
    code: 'echo begun\nif true; fi\n',
    phase: 'run',
    says: 'Syntax error',
    line: 2,
  }),
  packages: { debian: ['dash'], fedora: ['bash'], suse: ['bash'] },
};
