// Lua 5.1.

import type { Language } from '../language.js';
import { runByLua } from './lua-family.js';

export const lua51: Language = {
  name: 'lua5.1',
  title: 'Lua 5.1',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  ...runByLua('lua5.1'),
  packages: { debian: ['lua5.1'], fedora: [], suse: [] },
};
