// How an assembler's program is built: one object file, which the linker makes a program of.

import type { CommandTemplate } from '../language.js';

/** @param assembler the command, with what must come before the options of a request */
export function assembleWith(...assembler: readonly string[]): CommandTemplate {
  const script = `program=$1 source=$2; shift 2; ${assembler.join(' ')} "$@" -o "$program.o" "$source" && exec ld -o "$program" "$program.o"`;
  return ['sh', '-c', script, 'sh', '{program}', '{source}', '{options}'];
}
