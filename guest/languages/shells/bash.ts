// Bash.

import type { Language } from '../language.js';
import { shellCases } from './shell-cases.js';

export const bash: Language = {
  name: 'bash',
  title: 'Bash',
  profile: 'minimal',
  isWarmed: true,
  aliases: [],
  sourceFile: 'program.bash',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['bash', '{options}', '{source}', '{arguments}'],
  check: ['bash', '-n', '{options}', '{source}'],
  version: ['bash', '--version'],
  hello: 'words=(hello); echo "${words[0]}"',
  cases: shellCases('program.bash', {
    code: 'echo begun\nif true; fi\n',
    phase: 'run',
    says: 'syntax error',
    line: 2,
  }),
  packages: { debian: ['bash'], fedora: ['bash'], suse: ['bash'] },
};
