// OCaml, compiled to machine code.

import type { Language } from '../language.js';

export const ocaml: Language = {
  name: 'ocaml',
  title: 'OCaml',
  profile: 'standard',
  isWarmed: false,
  aliases: ['ml'],
  sourceFile: 'program.ml',
  compiledWithIt: { suffixes: ['.ml'], inAllDirectories: false },
  comment: { begin: '(*', end: '*)' },
  defaultOptions: [],
  // It writes beside the sources, and wants a module in front of those that use it.
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; mkdir "$program.made" && cp "$source" ./*.ml "$program.made" && cd "$program.made" && exec ocamlopt -o "$program" "$@" "${source##*/}"',
    'sh',
    '{program}',
    '{sources}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['ocamlopt', '-version'],
  hello: 'print_endline "hello"\n',
  cases: {
    input: 'print_string (In_channel.input_all stdin)\n',
    arguments:
      'let () = Array.iteri (fun i argument -> if i > 0 then print_endline argument) Sys.argv\n',
    exitCode: 'exit 3\n',
    unicode: 'print_endline "Grüße, 世界 😀"\n',
    syntaxError: {
      code: 'let x = 1\nlet y = )\n',
      phase: 'compile',
      says: 'Syntax error',
      line: 2,
    },
    runTimeError: { code: 'failwith "it fails"\n', phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.ml': 'let () = Greeting.greet ()\n',
        'greeting.ml': 'let greet () = print_endline "hello from a module"\n',
      },
    },
  },
  packages: { debian: ['ocaml'], fedora: ['ocaml'], suse: ['ocaml'] },
};
