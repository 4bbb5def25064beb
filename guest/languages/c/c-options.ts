// What the C and C++ languages share: options of their compilers, libraries, how programs write at once.

import type { Language } from '../language.js';
import { casesOfC, casesOfCpp } from './c-cases.js';
import { quickLinker } from './quick-linker.js';

/** Warnings that PBot's users know, shared by the C and C++ compilers; the first error ends the compilation. */
const warningOptions = [
  '-Wextra',
  '-Wall',
  '-Wno-unused',
  '-pedantic',
  '-Wfloat-equal',
  '-Wshadow',
  '-Wfatal-errors',
] as const;

/** Run-time checks that cost little and tell a lot. */
const sanitizerOptions = ['-fsanitize=alignment,undefined'] as const;

/** Programs of mathematics and of threads link without further options. Others do not load these libraries. */
const libraries = ['-Wl,--as-needed', '-lm', '-pthread'] as const;

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

const helloOfC = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
const helloOfCpp = '#include <iostream>\nint main() { std::cout << "hello\\n"; }\n';

const comment = { begin: '/*', end: '*/' } as const;

const ofC = {
  inspectedAs: 'c',
  sourceFile: 'program.c',
  comment,
  compiledWithIt: { suffixes: ['.c'], inAllDirectories: true },
  hello: helloOfC,
  cases: casesOfC,
} as const;

const ofCpp = {
  inspectedAs: 'c++',
  sourceFile: 'program.cpp',
  comment,
  compiledWithIt: { suffixes: ['.cpp', '.cc', '.cxx'], inAllDirectories: true },
  hello: helloOfCpp,
  cases: casesOfCpp,
} as const;

/** What differs from compiler to compiler. */
const compilers = {
  gcc: {
    ...ofC,
    // GCC's library of sanitizers needs the C++ library. The linker does not read that one, so hello took 0.29 s to build in
    // place of 0.43 in an emulated guest.
    libraries: [...libraries, '-Wl,--allow-shlib-undefined'],
    quickStart: quickLinker,
    packages: {
      debian: ['gcc', 'binutils-gold', 'libc6-dev'],
      fedora: ['gcc', 'glibc-devel', 'libubsan', 'libasan'],
      suse: ['gcc', 'glibc-devel', 'libubsan1'],
    },
  },
  'g++': {
    ...ofCpp,
    quickStart: quickLinker,
    packages: {
      debian: ['g++', 'binutils-gold'],
      fedora: ['gcc-c++', 'libubsan', 'libasan'],
      suse: ['gcc-c++', 'libubsan1'],
    },
  },
  clang: {
    ...ofC,
    packages: {
      debian: ['clang', 'libclang-rt-dev', 'libc6-dev'],
      fedora: ['clang', 'compiler-rt', 'glibc-devel'],
      suse: ['clang', 'glibc-devel'],
    },
  },
  'clang++': {
    ...ofCpp,
    packages: {
      debian: ['clang', 'libclang-rt-dev', 'g++'],
      fedora: ['clang', 'compiler-rt', 'gcc-c++'],
      suse: ['clang', 'gcc-c++'],
    },
  },
} as const;

/** All of a language of this family but its names: how its compiler builds a program, and how that runs. */
export function compiledBy(compiler: keyof typeof compilers, standard: string) {
  return {
    libraries,
    ...compilers[compiler],
    defaultOptions: [...warningOptions, `-std=${standard}`, ...sanitizerOptions],
    withoutProgram,
    // Options come after the source: the linker resolves libraries from left to right.
    compile: [compiler, '-o', '{program}', '{sources}', '{options}', '{libraries}'],
    run: ['{program}', '{arguments}'],
    unbuffered: lineBuffered,
    version: [compiler, '--version'],
  } as const satisfies Partial<Language>;
}
