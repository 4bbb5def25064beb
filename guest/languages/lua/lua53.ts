// Lua 5.3.

import type { Language } from '../language.js';
import { runByLua } from './lua-family.js';

export const lua53: Language = {
  name: 'lua5.3',
  title: 'Lua 5.3',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  ...runByLua('lua5.3'),
  packages: { debian: ['lua5.3'], fedora: [], suse: [] },
};
