// Ruby.

import type { Language } from '../language.js';

export const ruby: Language = {
  name: 'ruby',
  profile: 'standard',
  isWarmed: true,
  aliases: ['rb'],
  sourceFile: 'program.rb',
  defaultOptions: ['-w'],
  run: ['ruby', '{options}', '{source}', '{arguments}'],
  check: ['ruby', '-c', '{options}', '{source}'],
  version: ['ruby', '--version'],
  hello: 'puts "hello"',
  packages: { debian: ['ruby'], fedora: ['ruby'], suse: ['ruby'] },
};
