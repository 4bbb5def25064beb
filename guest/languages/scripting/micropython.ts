// MicroPython.

import type { Language } from '../language.js';

export const micropython: Language = {
  name: 'micropython',
  title: 'MicroPython',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.py',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['micropython', '{options}', '{source}', '{arguments}'],
  version: ['micropython', '--version'],
  hello: 'print("hello")\n',
  cases: {
    input: `import sys
sys.stdout.write(sys.stdin.read())
`,
    arguments: `import sys
for argument in sys.argv[1:]: print(argument)
`,
    exitCode: `import sys
sys.exit(3)
`,
    unicode: 'print("Grüße, 世界 😀")\n',
    syntaxError: {
      code: `x = 1
x = )
`,
      phase: 'run',
      says: 'SyntaxError',
      line: 2,
    },
    runTimeError: {
      code: `x = 0
print(1 / x)
`,
      phase: 'run',
      says: 'ZeroDivisionError',
      line: 2,
    },
    modules: {
      files: {
        'program.py': `import greeting
greeting.greet()
`,
        'greeting.py': 'def greet(): print("hello from a module")\n',
      },
    },
  },
  packages: { debian: ['micropython'], fedora: [], suse: [] },
};
