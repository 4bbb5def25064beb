// POSIX shell.

import type { Language } from '../language.js';

export const sh: Language = {
  name: 'sh',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['shell'],
  sourceFile: 'program.sh',
  defaultOptions: [],
  run: ['sh', '{options}', '{source}', '{arguments}'],
  check: ['sh', '-n', '{options}', '{source}'],
  // POSIX sh has no version option; which shell it is says enough.
  version: ['sh', '-c', 'readlink -f "$(command -v sh)"'],
  hello: 'echo hello',
  packages: { debian: ['dash'], fedora: ['bash'], suse: ['bash'] },
};
