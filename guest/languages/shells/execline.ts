// execline, a shell language without a shell: each command runs the next.

import type { Language } from '../language.js';

export const execline: Language = {
  name: 'execline',
  title: 'execline',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.exl',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['execlineb', '{options}', '{source}', '{arguments}'],
  version: ['execlineb', '-c', 'echo "execline"'],
  hello: 'echo hello\n',
  cases: {
    input: 'cat\n',
    arguments: `elgetpositionals
forx argument { $@ }
importas -u argument argument
echo $argument
`,
    exitCode: 'exit 3\n',
    unicode: 'echo "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `echo begun
if {
`,
      phase: 'run',
      says: 'unmatched {',
    },
    runTimeError: { code: 'missing-command\n', phase: 'run', says: 'unable to exec' },
    modules: {
      files: {
        'program.exl': 'execlineb greeting.exl\n',
        'greeting.exl': 'echo "hello from a module"\n',
      },
    },
  },
  packages: { debian: ['execline'], fedora: [], suse: [] },
};
