// VHDL: a simulation of the entity program by GHDL.

import type { Language } from '../language.js';

export const vhdl: Language = {
  name: 'vhdl',
  title: 'VHDL (GHDL)',
  profile: 'full',
  isWarmed: false,
  aliases: ['ghdl'],
  sourceFile: 'program.vhd',
  comment: { line: '--' },
  defaultOptions: [],
  compiledWithIt: { suffixes: ['.vhd', '.vhdl'], inAllDirectories: true },
  compile: [
    'sh',
    '-c',
    `program=$1; shift; mkdir "$program.made" && ghdl -i --std=08 "--workdir=$program.made" "$@" && ghdl -m --std=08 "--workdir=$program.made" program || exit 1
printf '#!/bin/sh\\nexec ghdl --elab-run --std=08 "--workdir=$0.made" program "$@"\\n' > "$program" && chmod +x "$program"`,
    'sh',
    '{program}',
    '{options}',
    '{sources}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['ghdl', '--version'],
  hello: `use std.textio.all;

entity program is end;

architecture run of program is
begin
  process
    variable words : line;
  begin
    write(output, "hello" & LF);
    wait;
  end process;
end;
`,
  cases: {
    input: { inapplicable: 'reads no input by itself' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'tells when it stops' },
    unicode: { inapplicable: 'takes Latin-1' },
    syntaxError: {
      code: `entity program is end;
entity is
`,
      phase: 'compile',
      says: 'rror',
      line: 2,
    },
    runTimeError: {
      code: `use std.textio.all;

entity program is end;

architecture run of program is
begin
  process
    variable words : line;
  begin
    assert false report "it fails" severity failure;
    wait;
  end process;
end;
`,
      phase: 'run',
      says: 'it fails',
      line: 10,
    },
    modules: {
      files: {
        'program.vhd': `entity program is end;

architecture run of program is
begin
  greeting : entity work.greeting;
end;
`,
        'greeting.vhd': `use std.textio.all;

entity greeting is end;

architecture run of greeting is
begin
  process
    variable words : line;
  begin
    write(output, "hello from a module" & LF);
    wait;
  end process;
end;
`,
      },
    },
  },
  packages: { debian: ['ghdl-mcode'], fedora: [], suse: [] },
};
