// Z shell.

import type { Language } from '../language.js';
import { shellCases } from './shell-cases.js';

export const zsh: Language = {
  name: 'zsh',
  title: 'Zsh',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.zsh',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['zsh', '{options}', '{source}', '{arguments}'],
  check: ['zsh', '-n', '{options}', '{source}'],
  version: ['zsh', '--version'],
  hello: 'words=(hello); print $words[1]',
  cases: shellCases('program.zsh', {
    code: 'echo begun\nif true; fi\n',
    phase: 'run',
    says: 'parse error',
    line: 2,
  }),
  packages: { debian: ['zsh'], fedora: ['zsh'], suse: ['zsh'] },
};
