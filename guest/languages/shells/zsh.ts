// Z shell.

import type { Language } from '../language.js';

export const zsh: Language = {
  name: 'zsh',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.zsh',
  defaultOptions: [],
  run: ['zsh', '{options}', '{source}', '{arguments}'],
  check: ['zsh', '-n', '{options}', '{source}'],
  version: ['zsh', '--version'],
  hello: 'words=(hello); print $words[1]',
  packages: { debian: ['zsh'], fedora: ['zsh'], suse: ['zsh'] },
};
