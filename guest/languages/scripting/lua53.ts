// Lua 5.3.

import type { Language } from '../language.js';
import { luaCases } from './lua-cases.js';

export const lua53: Language = {
  name: 'lua5.3',
  title: 'Lua 5.3',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.lua',
  comment: { line: '--' },
  defaultOptions: [],
  run: ['lua5.3', '{options}', '{source}', '{arguments}'],
  version: ['lua5.3', '-v'],
  hello: 'print("hello")\n',
  cases: luaCases,
  packages: { debian: ['lua5.3'], fedora: [], suse: [] },
};
