// Bash.

import type { Language } from '../language.js';

export const bash: Language = {
  name: 'bash',
  profile: 'minimal',
  isWarmed: true,
  aliases: [],
  sourceFile: 'program.bash',
  defaultOptions: [],
  run: ['bash', '{options}', '{source}', '{arguments}'],
  check: ['bash', '-n', '{options}', '{source}'],
  version: ['bash', '--version'],
  hello: 'words=(hello); echo "${words[0]}"',
  packages: { debian: ['bash'], fedora: ['bash'], suse: ['bash'] },
};
