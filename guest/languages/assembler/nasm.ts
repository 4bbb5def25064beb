// Assembler for x86-64, by NASM.

import type { Language } from '../language.js';
import { assembleWith } from './assemble.js';

/** A program that writes the text and ends with 0. */
const prints = (text: string): string => `global _start
section .text
_start:
  mov rax, 1
  mov rdi, 1
  mov rsi, text
  mov rdx, length
  syscall
  mov rax, 60
  xor rdi, rdi
  syscall
section .data
text: db "${text}", 10
length: equ $ - text
`;

export const nasm: Language = {
  name: 'nasm',
  title: 'Assembler for x86-64 (NASM)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['asm'],
  sourceFile: 'program.asm',
  comment: { line: ';' },
  defaultOptions: [],
  compile: assembleWith('nasm', '-felf64'),
  run: ['{program}', '{arguments}'],
  version: ['nasm', '-v'],
  hello: prints('hello'),
  cases: {
    input: `global _start
section .text
_start:
  xor rax, rax
  xor rdi, rdi
  mov rsi, buffer
  mov rdx, 4096
  syscall
  test rax, rax
  jle done
  mov rdx, rax
  mov rax, 1
  mov rdi, 1
  syscall
  jmp _start
done:
  mov rax, 60
  xor rdi, rdi
  syscall
section .bss
buffer: resb 4096
`,
    arguments: `global _start
section .text
_start:
  lea r12, [rsp + 16]
next:
  mov rsi, [r12]
  test rsi, rsi
  jz done
  xor rdx, rdx
count:
  cmp byte [rsi + rdx], 0
  je print
  inc rdx
  jmp count
print:
  mov rax, 1
  mov rdi, 1
  syscall
  mov rax, 1
  mov rdi, 1
  mov rsi, newline
  mov rdx, 1
  syscall
  add r12, 8
  jmp next
done:
  mov rax, 60
  xor rdi, rdi
  syscall
section .data
newline: db 10
`,
    exitCode: 'global _start\n_start:\n  mov rax, 60\n  mov rdi, 3\n  syscall\n',
    unicode: prints('Grüße, 世界 😀'),
    syntaxError: {
      code: 'global _start\n_start:\n  mov rax\n',
      phase: 'compile',
      says: 'error: invalid combination of opcode and operands',
      line: 3,
    },
    runTimeError: { inapplicable: 'ends by a signal without a word' },
    modules: {
      files: {
        'program.asm': '%include "greeting.asm"\n',
        'greeting.asm': prints('hello from a module'),
      },
    },
  },
  packages: {
    debian: ['nasm', 'binutils'],
    fedora: ['nasm', 'binutils'],
    suse: ['nasm', 'binutils'],
  },
};
