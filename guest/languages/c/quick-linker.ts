// Links with gold, where it is installed: a small program takes it a quarter of the time of the usual linker.

/**
 * `sh -c prepareLinker DIRECTORY` writes a linker into that directory, which is made. Programs for which gold fails, or says something,
 * are left to the usual linker: its messages are those that people know.
 */
export const prepareLinker = `set -eu
mkdir "$0"
if gold=$(command -v ld.gold); then
  printf '#!/bin/sh\\nsaid=$(%s "$@" 2>&1) && [ -z "$said" ] || exec %s "$@"\\n' "$gold" "$(command -v ld)" > "$0/ld"
  chmod 755 "$0/ld"
fi
`;

/**
 * The compiler looks there before it looks for the usual one. In turns, in an emulated guest, gold linked in 77 ms what had taken 155
 * (with the compiler's driver).
 */
export const quickLinker = {
  make: ['sh', '-c', prepareLinker, '{file}'],
  options: ['-B', '{file}'],
  // They name another linker, a script that each linker reads in its own way, or ask where the linker is.
  notWith: { options: ['-B', '-T', '-print-'], variables: [] },
} as const;
