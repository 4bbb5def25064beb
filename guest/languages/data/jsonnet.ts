// Jsonnet, whose result is printed as text.

import type { Language } from '../language.js';

export const jsonnet: Language = {
  name: 'jsonnet',
  title: 'Jsonnet',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.jsonnet',
  comment: { line: '//' },
  defaultOptions: ['-S'],
  run: ['jsonnet', '{options}', '{source}'],
  version: ['jsonnet', '--version'],
  hello: "'hello'\n",
  cases: {
    input: 'std.rstripChars(importstr "/dev/stdin", "\\n")\n',
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: "'Grüße, 世界 😀'\n",
    syntaxError: {
      code: `{
  x: ,
}
`,
      phase: 'run',
      says: 'STATIC ERROR',
      line: 2,
    },
    runTimeError: { code: "error 'it fails'\n", phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.jsonnet': "(import 'greeting.libsonnet').text\n",
        'greeting.libsonnet': "{ text: 'hello from a module' }\n",
      },
    },
  },
  packages: { debian: ['jsonnet'], fedora: ['jsonnet'], suse: ['jsonnet'] },
};
