// Lua.

import { lineBuffered } from '../c/c-options.js';
import type { Language } from '../language.js';

export const lua: Language = {
  name: 'lua',
  profile: 'minimal',
  isWarmed: true,
  aliases: [],
  sourceFile: 'program.lua',
  defaultOptions: [],
  run: ['lua', '{options}', '{source}', '{arguments}'],
  check: ['luac', '-p', '{source}'],
  version: ['lua', '-v'],
  unbuffered: lineBuffered,
  hello: 'print("hello")',
  packages: { debian: ['lua5.4'], fedora: ['lua'], suse: ['lua54'] },
};
