// Lua 5.1 with extensions, run by LuaJIT.

import type { Language } from '../language.js';
import { runByLua } from './lua-family.js';

export const luajit: Language = {
  name: 'luajit',
  title: 'Lua (LuaJIT)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  ...runByLua('luajit'),
  packages: { debian: ['luajit'], fedora: ['luajit'], suse: ['luajit'] },
};
