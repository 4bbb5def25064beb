// Lua.

import { lineBuffered } from '../c/c-options.js';
import type { Language } from '../language.js';
import { luaCases } from './lua-family.js';

export const lua: Language = {
  name: 'lua',
  title: 'Lua 5.4',
  profile: 'minimal',
  isWarmed: true,
  aliases: [],
  sourceFile: 'program.lua',
  comment: { begin: '--[==[', end: ']==]' },
  defaultOptions: [],
  run: ['lua', '{options}', '{source}', '{arguments}'],
  check: ['luac', '-p', '{source}'],
  version: ['lua', '-v'],
  unbuffered: lineBuffered,
  hello: 'print("hello")',
  cases: luaCases,
  packages: { debian: ['lua5.4'], fedora: ['lua'], suse: ['lua54'] },
};
