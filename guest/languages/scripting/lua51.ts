// Lua 5.1.

import type { Language } from '../language.js';
import { luaCases } from './lua-cases.js';

export const lua51: Language = {
  name: 'lua5.1',
  title: 'Lua 5.1',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.lua',
  comment: { line: '--' },
  defaultOptions: [],
  run: ['lua5.1', '{options}', '{source}', '{arguments}'],
  version: ['lua5.1', '-v'],
  hello: 'print("hello")\n',
  cases: luaCases,
  packages: { debian: ['lua5.1'], fedora: [], suse: [] },
};
