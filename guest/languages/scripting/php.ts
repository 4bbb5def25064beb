// PHP.

import type { Language } from '../language.js';

export const php: Language = {
  name: 'php',
  profile: 'standard',
  isWarmed: true,
  aliases: [],
  sourceFile: 'program.php',
  defaultOptions: [],
  run: ['php', '{options}', '{source}', '{arguments}'],
  check: ['php', '-l', '{options}', '{source}'],
  version: ['php', '--version'],
  hello: '<?php echo "hello\\n";',
  packages: { debian: ['php-cli'], fedora: ['php-cli'], suse: ['php8-cli'] },
};
