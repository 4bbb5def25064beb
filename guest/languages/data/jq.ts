// jq: a program makes JSON of the JSON that it reads, or of nothing.

import type { Language } from '../language.js';

export const jq: Language = {
  name: 'jq',
  title: 'jq',
  profile: 'standard',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.jq',
  comment: { line: '#' },
  // Raw texts in and out, and nothing is read but by `input` and `inputs`.
  defaultOptions: ['-n', '-r', '-R'],
  run: ['jq', '{options}', '-f', '{source}', '--args', '{arguments}'],
  version: ['jq', '--version'],
  hello: '"hello"\n',
  cases: {
    input: 'inputs\n',
    arguments: '$ARGS.positional[]\n',
    exitCode: '"" | halt_error(3)\n',
    unicode: '"Grüße, 世界 😀"\n',
    syntaxError: { code: '"x",\n(\n', phase: 'run', says: 'syntax error' },
    runTimeError: { code: 'error("it fails")\n', phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.jq': 'import "./greeting" as greeting; greeting::greet\n',
        'greeting.jq': 'def greet: "hello from a module";\n',
      },
    },
  },
  packages: { debian: ['jq'], fedora: ['jq'], suse: ['jq'] },
};
