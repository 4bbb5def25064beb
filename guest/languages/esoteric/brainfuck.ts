// Brainfuck, run by Beef.

import type { Language } from '../language.js';

export const brainfuck: Language = {
  name: 'bf',
  profile: 'standard',
  isWarmed: false,
  aliases: ['brainfuck', 'beef'],
  sourceFile: 'program.bf',
  defaultOptions: [],
  run: ['beef', '{options}', '{source}', '{arguments}'],
  // It has no option for its version, so it prints its name.
  version: ['beef', '-p', '++++++++++[>++++++++++<-]>--.+++..+.'],
  hello: 'hello: ++++++++++[>++++++++++>+<<-]>++++.---.+++++++..+++.>.',
  packages: { debian: ['beef'], fedora: ['beef'], suse: ['beef'] },
};
