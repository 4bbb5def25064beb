// Friendly interactive shell.

import type { Language } from '../language.js';

export const fish: Language = {
  name: 'fish',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.fish',
  defaultOptions: [],
  run: ['fish', '--no-config', '{options}', '{source}', '{arguments}'],
  check: ['fish', '--no-execute', '{options}', '{source}'],
  version: ['fish', '--version'],
  hello: 'set word hello; echo $word',
  packages: { debian: ['fish'], fedora: ['fish'], suse: ['fish'] },
};
