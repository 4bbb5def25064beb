// Modula-2, compiled with GNU Modula-2.

import type { Language } from '../language.js';

export const modula2: Language = {
  name: 'modula-2',
  title: 'Modula-2 (GNU Modula-2)',
  profile: 'full',
  isWarmed: false,
  aliases: ['gm2', 'modula2'],
  sourceFile: 'program.mod',
  comment: { begin: '(*', end: '*)' },
  defaultOptions: [],
  compile: ['gm2', '{options}', '-fsoft-check-all', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['gm2', '--version'],
  hello: `MODULE program;
FROM StrIO IMPORT WriteString, WriteLn;
BEGIN
  WriteString("hello"); WriteLn
END program.
`,
  cases: {
    input: `MODULE program;
FROM FIO IMPORT StdIn, StdOut, ReadChar, WriteChar, EOF;
VAR c: CHAR;
BEGIN
  LOOP
    c := ReadChar(StdIn);
    IF EOF(StdIn) THEN EXIT END;
    WriteChar(StdOut, c)
  END
END program.
`,
    arguments: `MODULE program;
FROM Args IMPORT GetArg, Narg;
FROM StrIO IMPORT WriteString, WriteLn;
VAR i: CARDINAL; text: ARRAY [0..99] OF CHAR;
BEGIN
  FOR i := 1 TO Narg() - 1 DO
    IF GetArg(text, i) THEN WriteString(text) END;
    WriteLn
  END
END program.
`,
    exitCode: `MODULE program;
FROM libc IMPORT exit;
BEGIN
  exit(3)
END program.
`,
    unicode: `MODULE program;
FROM StrIO IMPORT WriteString, WriteLn;
BEGIN
  WriteString("Grüße, 世界 😀"); WriteLn
END program.
`,
    syntaxError: {
      code: `MODULE program;
VAR x: ;
BEGIN
END program.
`,
      phase: 'compile',
      says: 'rror',
      line: 2,
    },
    runTimeError: {
      code: `MODULE program;
FROM Args IMPORT Narg;
VAR x: ARRAY [0..1] OF CARDINAL;
BEGIN
  x[Narg() + 5] := 1
END program.
`,
      phase: 'run',
      says: 'out of bounds',
      line: 5,
    },
    modules: { inapplicable: 'links other modules by hand alone' },
  },
  packages: { debian: ['gm2'], fedora: [], suse: [] },
};
