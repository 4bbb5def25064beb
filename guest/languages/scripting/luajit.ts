// Lua 5.1 with extensions, run by LuaJIT.

import type { Language } from '../language.js';
import { luaCases } from './lua-cases.js';

export const luajit: Language = {
  name: 'luajit',
  title: 'Lua (LuaJIT)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.lua',
  comment: { line: '--' },
  defaultOptions: [],
  run: ['luajit', '{options}', '{source}', '{arguments}'],
  version: ['luajit', '-v'],
  hello: 'print("hello")\n',
  cases: luaCases,
  packages: { debian: ['luajit'], fedora: ['luajit'], suse: ['luajit'] },
};
