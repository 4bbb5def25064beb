// What the Python languages are tried with.

import type { Cases } from '../cases.js';

export const pythonCases: Cases = {
  input: 'import sys\nsys.stdout.write(sys.stdin.read())\n',
  arguments: 'import sys\nfor argument in sys.argv[1:]: print(argument)\n',
  exitCode: 'import sys\nsys.exit(3)\n',
  unicode: 'print("Grüße, 世界 😀")\n',
  syntaxError: { code: 'x = 1\nx = (\n', phase: 'run', says: 'SyntaxError', line: 2 },
  runTimeError: {
    code: 'x = 0\nprint(1 / x)\n',
    phase: 'run',
    says: 'ZeroDivisionError',
    line: 2,
  },
  modules: {
    files: {
      'program.py': 'import greeting\ngreeting.greet()\n',
      'greeting.py': 'def greet(): print("hello from a module")\n',
    },
  },
};
