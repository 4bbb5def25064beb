// MirBSD Korn shell.

import type { Language } from '../language.js';

export const mksh: Language = {
  name: 'mksh',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.mksh',
  defaultOptions: [],
  run: ['mksh', '{options}', '{source}', '{arguments}'],
  check: ['mksh', '-n', '{options}', '{source}'],
  version: ['mksh', '-c', 'echo $KSH_VERSION'],
  hello: 'echo hello',
  packages: { debian: ['mksh'], fedora: ['mksh'], suse: ['mksh'] },
};
