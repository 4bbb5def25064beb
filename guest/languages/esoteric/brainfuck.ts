// Brainfuck, run by Beef.

import type { Language } from '../language.js';

export const brainfuck: Language = {
  name: 'bf',
  title: 'Brainfuck',
  profile: 'standard',
  isWarmed: false,
  aliases: ['brainfuck', 'beef'],
  sourceFile: 'program.bf',
  comment: { line: 'comment: ' },
  defaultOptions: [],
  run: ['beef', '{options}', '{source}', '{arguments}'],
  // It has no option for its version, so it prints its name.
  version: ['beef', '-p', '++++++++++[>++++++++++<-]>--.+++..+.'],
  hello: 'hello: ++++++++++[>++++++++++>+<<-]>++++.---.+++++++..+++.>.',
  cases: {
    input: { inapplicable: 'prints what is not ASCII as codes' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code' },
    unicode: { inapplicable: 'has no literals' },
    syntaxError: { code: '+[[', phase: 'run', says: 'Unbalanced brackets' },
    runTimeError: { inapplicable: 'has no errors' },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['beef'], fedora: ['beef'], suse: ['beef'] },
};
