// Python 3.

import type { Language } from '../language.js';

/** As `python3 -m py_compile`, which would leave its bytecode beside the code. */
const check = `import sys
path = sys.argv[1]
try:
    with open(path, 'rb') as file:
        compile(file.read(), path, 'exec')
except (SyntaxError, ValueError) as error:
    sys.excepthook(type(error), error, None)
    sys.exit(1)
`;

export const python3: Language = {
  name: 'python3',
  title: 'Python 3',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['python', 'py'],
  sourceFile: 'program.py',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['python3', '{options}', '{source}', '{arguments}'],
  check: ['python3', '{options}', '-c', check, '{source}'],
  version: ['python3', '--version'],
  unbuffered: { PYTHONUNBUFFERED: '1' },
  projectFiles: ['pyproject.toml', 'requirements.txt'],
  hello: 'print("hello")',
  cases: {
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
  },
  packages: { debian: ['python3'], fedora: ['python3'], suse: ['python3'] },
};
