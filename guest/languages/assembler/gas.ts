// Assembler for x86-64, by GNU as.

import type { Language } from '../language.js';
import { assembleWith } from './assemble.js';

/** A program that writes the text and ends with 0. */
const prints = (text: string): string => `.globl _start
_start:
  mov $1, %rax
  mov $1, %rdi
  lea text(%rip), %rsi
  mov $end - text, %rdx
  syscall
  mov $60, %rax
  xor %rdi, %rdi
  syscall
text: .ascii "${text}\\n"
end:
`;

export const gas: Language = {
  name: 'gas',
  title: 'Assembler for x86-64 (GNU)',
  profile: 'full',
  isWarmed: false,
  aliases: ['as'],
  sourceFile: 'program.s',
  comment: { line: '#' },
  defaultOptions: [],
  compile: assembleWith('as'),
  run: ['{program}', '{arguments}'],
  version: ['as', '--version'],
  hello: prints('hello'),
  cases: {
    input: `.globl _start
_start:
  xor %rax, %rax
  xor %rdi, %rdi
  lea buffer(%rip), %rsi
  mov $4096, %rdx
  syscall
  test %rax, %rax
  jle done
  mov %rax, %rdx
  mov $1, %rax
  mov $1, %rdi
  syscall
  jmp _start
done:
  mov $60, %rax
  xor %rdi, %rdi
  syscall
.lcomm buffer, 4096
`,
    arguments: `.globl _start
_start:
  lea 16(%rsp), %r12
next:
  mov (%r12), %rsi
  test %rsi, %rsi
  jz done
  xor %rdx, %rdx
count:
  cmpb $0, (%rsi, %rdx)
  je print
  inc %rdx
  jmp count
print:
  mov $1, %rax
  mov $1, %rdi
  syscall
  mov $1, %rax
  mov $1, %rdi
  lea newline(%rip), %rsi
  mov $1, %rdx
  syscall
  add $8, %r12
  jmp next
done:
  mov $60, %rax
  xor %rdi, %rdi
  syscall
newline: .ascii "\\n"
`,
    exitCode: `.globl _start
_start:
  mov $60, %rax
  mov $3, %rdi
  syscall
`,
    unicode: prints('Grüße, 世界 😀'),
    syntaxError: {
      code: `.globl _start
_start:
  mov %rax
`,
      phase: 'compile',
      says: 'rror',
      line: 3,
    },
    runTimeError: { inapplicable: 'ends by a signal without a word' },
    modules: {
      files: {
        'program.s': '.include "greeting.s"\n',
        'greeting.s': prints('hello from a module'),
      },
    },
  },
  packages: { debian: ['binutils'], fedora: [], suse: [] },
};
