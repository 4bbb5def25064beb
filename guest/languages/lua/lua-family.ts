// What the Lua languages share: how an interpreter is called, and what they are tried with.

import type { Cases } from '../cases.js';
import type { Language } from '../language.js';

export const luaCases: Cases = {
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
};

/** All of a language of this family but its names and packages. */
export function runByLua(interpreter: string) {
  return {
    sourceFile: 'program.lua',
    comment: { line: '--' },
    defaultOptions: [],
    run: [interpreter, '{options}', '{source}', '{arguments}'],
    version: [interpreter, '-v'],
    hello: 'print("hello")\n',
    cases: luaCases,
  } as const satisfies Partial<Language>;
}
