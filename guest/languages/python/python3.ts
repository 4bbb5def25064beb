// Python 3.

import type { Language } from '../language.js';
import { pythonCases } from './python-cases.js';

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
  cases: pythonCases,
  packages: { debian: ['python3'], fedora: ['python3'], suse: ['python3'] },
};
