// Elvish.

import type { Language } from '../language.js';

export const elvish: Language = {
  name: 'elvish',
  title: 'Elvish',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.elv',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['elvish', '-norc', '{options}', '{source}', '{arguments}'],
  version: ['elvish', '-version'],
  hello: 'echo hello\n',
  cases: {
    input: 'slurp | print (all)\n',
    arguments: 'each {|argument| echo $argument } $args\n',
    exitCode: 'exit 3\n',
    unicode: "echo 'Grüße, 世界 😀'\n",
    syntaxError: {
      code: `echo begun
put )
`,
      phase: 'run',
      says: 'Parse error',
      line: 2,
    },
    runTimeError: {
      code: `echo begun
fail 'it fails'
`,
      phase: 'run',
      says: 'it fails',
      line: 2,
    },
    modules: {
      files: {
        'program.elv': `use ./greeting
greeting:greet
`,
        'greeting.elv': "fn greet { echo 'hello from a module' }\n",
      },
    },
  },
  packages: { debian: ['elvish'], fedora: ['elvish'], suse: [] },
};
