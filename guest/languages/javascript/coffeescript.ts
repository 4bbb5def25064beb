// CoffeeScript.

import type { Language } from '../language.js';

export const coffeescript: Language = {
  name: 'coffeescript',
  title: 'CoffeeScript',
  profile: 'standard',
  isWarmed: false,
  aliases: ['coffee'],
  sourceFile: 'program.coffee',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['coffee', '{options}', '{source}', '{arguments}'],
  version: ['coffee', '--version'],
  hello: 'console.log "hello"\n',
  cases: {
    input: 'process.stdin.pipe process.stdout\n',
    arguments: 'console.log argument for argument in process.argv[2..]\n',
    exitCode: 'process.exit 3\n',
    unicode: 'console.log "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `x = 1
y = )
`,
      phase: 'run',
      says: 'unmatched',
      line: 2,
    },
    runTimeError: {
      code: `x = undefined
x.missing()
`,
      phase: 'run',
      says: 'TypeError',
    },
    modules: {
      files: {
        'program.coffee': 'require("./greeting").greet()\n',
        'greeting.coffee': 'exports.greet = -> console.log "hello from a module"\n',
      },
    },
  },
  packages: { debian: ['coffeescript'], fedora: ['coffee-script'], suse: [] },
};
