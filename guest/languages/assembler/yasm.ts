// Assembler for x86-64, by Yasm.

import type { Language } from '../language.js';
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
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; yasm -felf64 "$@" -o "$program.o" "$source" && exec ld -o "$program" "$program.o"',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['yasm', '--version'],
  hello: `global _start
section .text
_start:
  mov rax, 1
  mov rdi, 1
  mov rsi, text
  mov rdx, 6
  syscall
  mov rax, 60
  xor rdi, rdi
  syscall
section .data
text: db "hello", 10
`,
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
