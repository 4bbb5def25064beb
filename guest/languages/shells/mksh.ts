// MirBSD Korn shell.

import type { Language } from '../language.js';
import { shellCases } from './shell-cases.js';

export const mksh: Language = {
  name: 'mksh',
  title: 'MirBSD Korn shell',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.mksh',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['mksh', '{options}', '{source}', '{arguments}'],
  check: ['mksh', '-n', '{options}', '{source}'],
  version: ['mksh', '-c', 'echo $KSH_VERSION'],
  hello: 'echo hello',
  cases: shellCases('program.mksh', {
    code: 'echo begun\nif true; fi\n',
    phase: 'run',
    says: 'syntax error',
    line: 2,
  }),
  packages: { debian: ['mksh'], fedora: ['mksh'], suse: ['mksh'] },
};
