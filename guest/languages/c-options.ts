// Compiler options that the C and C++ languages share.

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
