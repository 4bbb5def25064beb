// Ada, compiled with GNAT. The main procedure is called Program.

import type { Language } from '../language.js';

export const ada: Language = {
  name: 'ada',
  title: 'Ada (GNAT)',
  profile: 'full',
  isWarmed: false,
  aliases: ['gnat', 'adb'],
  sourceFile: 'program.adb',
  comment: { line: '--' },
  defaultOptions: [],
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; mkdir "$program.made" && exec gnatmake -q -gnat2022 -D "$program.made" "$@" -o "$program" "$source"',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['gnatmake', '--version'],
  hello: `with Ada.Text_IO;
procedure Program is
begin
   Ada.Text_IO.Put_Line ("hello");
end Program;
`,
  cases: {
    input: `with Ada.Text_IO; use Ada.Text_IO;
procedure Program is
begin
   while not End_Of_File loop
      Put_Line (Get_Line);
   end loop;
end Program;
`,
    arguments: `with Ada.Command_Line; use Ada.Command_Line;
with Ada.Text_IO;
procedure Program is
begin
   for I in 1 .. Argument_Count loop
      Ada.Text_IO.Put_Line (Argument (I));
   end loop;
end Program;
`,
    exitCode: `with Ada.Command_Line;
procedure Program is
begin
   Ada.Command_Line.Set_Exit_Status (3);
end Program;
`,
    unicode: `with Ada.Text_IO;
procedure Program is
begin
   Ada.Text_IO.Put_Line ("Grüße, 世界 😀");
end Program;
`,
    syntaxError: {
      code: `procedure Program is
begin
   X := ;
end Program;
`,
      phase: 'compile',
      says: 'program.adb',
      line: 3,
    },
    runTimeError: {
      code: `procedure Program is
begin
   raise Program_Error with "it fails";
end Program;
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: {
      files: {
        'program.adb': `with Greeting;
procedure Program is
begin
   Greeting;
end Program;
`,
        'greeting.adb': `with Ada.Text_IO;
procedure Greeting is
begin
   Ada.Text_IO.Put_Line ("hello from a module");
end Greeting;
`,
      },
    },
  },
  packages: { debian: ['gnat'], fedora: ['gcc-gnat'], suse: ['gcc-ada'] },
};
