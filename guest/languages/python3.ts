// Python 3.

import type { Language } from './language.js';

export const python3: Language = {
  name: 'python3',
  aliases: ['python', 'py'],
  sourceFile: 'program.py',
  defaultOptions: [],
  run: ['python3', '{options}', '{source}', '{arguments}'],
  version: ['python3', '--version'],
  unbuffered: { PYTHONUNBUFFERED: '1' },
  projectFiles: ['pyproject.toml', 'requirements.txt'],
  hello: 'print("hello")',
  packages: { debian: ['python3'], fedora: ['python3'], suse: ['python3'] },
};
