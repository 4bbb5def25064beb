// Xonsh, a shell that is Python as well.

import type { Language } from '../language.js';

export const xonsh: Language = {
  name: 'xonsh',
  title: 'Xonsh',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.xsh',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['xonsh', '--no-rc', '{options}', '{source}', '{arguments}'],
  version: ['xonsh', '--version'],
  hello: 'echo hello\n',
  cases: {
    input: `import sys
sys.stdout.write(sys.stdin.read())
`,
    arguments: 'for argument in $ARGS[1:]: print(argument)\n',
    exitCode: `import sys
sys.exit(3)
`,
    unicode: "echo 'Grüße, 世界 😀'\n",
    syntaxError: {
      code: `echo begun
x = (
`,
      phase: 'run',
      says: 'SyntaxError',
    },
    runTimeError: {
      code: `x = 0
print(1 / x)
`,
      phase: 'run',
      says: 'ZeroDivisionError',
    },
    modules: {
      files: {
        'program.xsh': `source greeting.xsh
greet()
`,
        'greeting.xsh': 'def greet(): print("hello from a module")\n',
      },
    },
  },
  packages: { debian: ['xonsh'], fedora: [], suse: [] },
};
