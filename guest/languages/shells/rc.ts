// The shell of Plan 9, as Byron Rakitzis wrote it for Unix.

import type { Language } from '../language.js';

export const rc: Language = {
  name: 'rc',
  title: 'rc',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.rc',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['rc.byron', '{options}', '{source}', '{arguments}'],
  version: ['rc.byron', '-c', 'echo rc $version'],
  hello: 'echo hello\n',
  cases: {
    input: 'cat\n',
    arguments: 'for (argument in $*) echo $argument\n',
    exitCode: 'exit 3\n',
    unicode: "echo 'Grüße, 世界 😀'\n",
    syntaxError: {
      code: `echo begun
if (
`,
      phase: 'run',
      says: 'error',
    },
    runTimeError: { code: 'missing-command\n', phase: 'run', says: 'cannot find' },
    modules: {
      files: {
        'program.rc': `. greeting.rc
greet
`,
        'greeting.rc': "fn greet { echo 'hello from a module' }\n",
      },
    },
  },
  packages: { debian: ['rc'], fedora: [], suse: [] },
};
