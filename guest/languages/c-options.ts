// What the C and C++ languages share: options of their compilers, libraries, how programs write at once.

import type { Language } from './language.js';

/** Warnings that PBot's users know, shared by the C and C++ compilers; the first error ends the compilation. */
export const warningOptions = [
  '-Wextra',
  '-Wall',
  '-Wno-unused',
  '-pedantic',
  '-Wfloat-equal',
  '-Wshadow',
  '-Wfatal-errors',
] as const;

/** Run-time checks that cost little and tell a lot. */
export const sanitizerOptions = ['-fsanitize=alignment,undefined'] as const;

/** Programs of mathematics and of threads link without further options. */
const libraries = ['-lm', '-pthread'] as const;

/** GCC and Clang, sections "Options Controlling the Kind of Output" and "Options Controlling the Preprocessor". */
const withoutProgram = {
  printing: ['-E', '-S', '-M', '-MM'],
  others: ['-c', '-fsyntax-only'],
} as const;

/**
 * The C library writes each line at once, by coreutils' stdbuf. A sanitizer that checks what is loaded before it would not
 * start.
 */
export const lineBuffered = {
  LD_PRELOAD: '/usr/libexec/coreutils/libstdbuf.so',
  _STDBUF_O: 'L',
  ASAN_OPTIONS: 'verify_asan_link_order=0',
} as const;

/** How a compiler of this family builds a program, and how that runs. */
export function buildsWith(compiler: string, inspectedAs: 'c' | 'c++' = 'c') {
  return {
    inspectedAs,
    libraries,
    withoutProgram,
    // Options come after the source: the linker resolves libraries from left to right.
    compile: [compiler, '-o', '{program}', '{sources}', '{options}', '{libraries}'],
    run: ['{program}', '{arguments}'],
    unbuffered: lineBuffered,
    version: [compiler, '--version'],
  } as const satisfies Partial<Language>;
}
