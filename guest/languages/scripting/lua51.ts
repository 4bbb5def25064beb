// Lua 5.1.

import type { Language } from '../language.js';

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
  cases: {
    input: 'io.write(io.read("*a"))\n',
    arguments: 'for i = 1, #arg do print(arg[i]) end\n',
    exitCode: 'os.exit(3)\n',
    unicode: 'print("Grüße, 世界 😀")\n',
    syntaxError: {
      code: `local x = 1
local = 2
`,
      phase: 'run',
      says: 'expected near',
      line: 2,
    },
    runTimeError: {
      code: `local x
x.missing()
`,
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
  packages: { debian: ['lua5.1'], fedora: [], suse: [] },
};
