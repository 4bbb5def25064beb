// Friendly interactive shell.

import type { Language } from '../language.js';

export const fish: Language = {
  name: 'fish',
  title: 'fish',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.fish',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['fish', '--no-config', '{options}', '{source}', '{arguments}'],
  check: ['fish', '--no-execute', '{options}', '{source}'],
  version: ['fish', '--version'],
  hello: 'set word hello; echo $word',
  cases: {
    input: 'cat\n',
    arguments: 'for argument in $argv; echo "$argument"; end\n',
    exitCode: 'exit 3\n',
    unicode: 'echo "Grüße, 世界 😀"\n',
    syntaxError: { code: 'echo begun\nif true; )\n', phase: 'run', says: 'Missing end', line: 2 },
    runTimeError: {
      code: 'echo begun\nmissing-command\n',
      phase: 'run',
      says: 'missing-command',
      line: 2,
    },
    modules: {
      files: {
        'program.fish': 'source greeting.fish\ngreet\n',
        'greeting.fish': 'function greet; echo "hello from a module"; end\n',
      },
    },
  },
  packages: { debian: ['fish'], fedora: ['fish'], suse: ['fish'] },
};
