// Prolog, run by SWI-Prolog: the goal main.

import type { Language } from '../language.js';

export const prolog: Language = {
  name: 'prolog',
  profile: 'standard',
  isWarmed: false,
  aliases: ['swipl'],
  sourceFile: 'program.pl',
  defaultOptions: [],
  run: ['swipl', '-q', '-g', 'main', '-t', 'halt', '{options}', '{source}', '{arguments}'],
  version: ['swipl', '--version'],
  hello: 'main :- writeln(hello).',
  packages: { debian: ['swi-prolog-nox'], fedora: ['pl'], suse: ['swipl'] },
};
