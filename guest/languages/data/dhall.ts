// Dhall, whose programs are texts.

import type { Language } from '../language.js';

export const dhall: Language = {
  name: 'dhall',
  title: 'Dhall',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.dhall',
  comment: { line: '--' },
  defaultOptions: [],
  run: ['dhall', 'text', '{options}', '--file', '{source}'],
  version: ['dhall', '--version'],
  hello: '"hello\\n"\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code' },
    unicode: '"Grüße, 世界 😀\\n"\n',
    syntaxError: {
      code: `let x = 1
in (
`,
      phase: 'run',
      says: 'expecting',
    },
    runTimeError: { code: '1 + 1\n', phase: 'run', says: "doesn't match" },
    modules: {
      files: {
        'program.dhall': 'let greeting = ./greeting.dhall in greeting\n',
        'greeting.dhall': '"hello from a module\\n"\n',
      },
    },
  },
  packages: { debian: ['dhall'], fedora: [], suse: [] },
};
