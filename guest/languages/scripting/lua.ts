// Lua.

import { lineBuffered } from '../c/c-options.js';
import type { Language } from '../language.js';

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
  cases: {
    input: 'io.write(io.read("a"))\n',
    arguments: 'for i = 1, #arg do print(arg[i]) end\n',
    exitCode: 'os.exit(3)\n',
    unicode: 'print("Grüße, 世界 😀")\n',
    syntaxError: { code: 'local x = 1\nlocal = 2\n', phase: 'run', says: 'expected near', line: 2 },
    runTimeError: {
      code: 'local x\nx.missing()\n',
      phase: 'run',
      says: 'attempt to index',
      line: 2,
    },
    modules: {
      files: {
        'program.lua': 'require("greeting").greet()\n',
        'greeting.lua': 'return { greet = function() print("hello from a module") end }\n',
      },
    },
  },
  packages: { debian: ['lua5.4'], fedora: ['lua'], suse: ['lua54'] },
};
