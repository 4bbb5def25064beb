// Assembler for x86-64, by Yasm.

import type { Language } from '../language.js';
import { assembleWith } from './assemble.js';
import { nasm } from './nasm.js';

export const yasm: Language = {
  name: 'yasm',
  title: 'Assembler for x86-64 (Yasm)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.asm',
  comment: { line: ';' },
  defaultOptions: [],
  compile: assembleWith('yasm', '-felf64'),
  run: ['{program}', '{arguments}'],
  version: ['yasm', '--version'],
  hello: nasm.hello,
  cases: {
    ...nasm.cases,
    syntaxError: {
      code: `global _start
_start:
  mov rax
`,
      phase: 'compile',
      says: 'error',
      line: 3,
    },
  },
  packages: { debian: ['yasm', 'binutils'], fedora: [], suse: [] },
};
