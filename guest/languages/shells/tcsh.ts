// The C shell.

import type { Language } from '../language.js';

export const tcsh: Language = {
  name: 'tcsh',
  title: 'tcsh (C shell)',
  profile: 'full',
  isWarmed: false,
  aliases: ['csh'],
  sourceFile: 'program.csh',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['tcsh', '-f', '{options}', '{source}', '{arguments}'],
  version: ['tcsh', '--version'],
  hello: 'echo hello\n',
  cases: {
    input: 'cat\n',
    arguments: `while ($#argv > 0)
  printf "%s\\n" "$argv[1]"
  shift
end
`,
    exitCode: 'exit 3\n',
    unicode: "echo 'Grüße, 世界 😀'\n",
    syntaxError: { code: 'echo begun\nif (\n', phase: 'run', says: "Too many ('s" },
    runTimeError: { code: 'missing-command\n', phase: 'run', says: 'not found' },
    modules: {
      files: {
        'program.csh': 'source greeting.csh\n',
        'greeting.csh': "echo 'hello from a module'\n",
      },
    },
  },
  packages: { debian: ['tcsh'], fedora: ['tcsh'], suse: ['tcsh'] },
};
