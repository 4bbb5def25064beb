// Pascal, compiled with Free Pascal.

import type { Language } from '../language.js';

export const pascal: Language = {
  name: 'pascal',
  title: 'Pascal (Free Pascal)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['fpc', 'pas'],
  sourceFile: 'program.pas',
  comment: { begin: '{', end: '}' },
  defaultOptions: [],
  // Its intermediate files go beside the program, and a unit is looked for beside the code.
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; mkdir "$program.made" && exec fpc -v0ew -FE"$program.made" -Fu. "$@" -o"$program" "$source"',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['fpc', '-iV'],
  hello: "begin\n  WriteLn('hello');\nend.\n",
  cases: {
    input: `var c: char;
begin
  while not Eof(Input) do begin
    if Eoln(Input) then begin ReadLn; WriteLn; end
    else begin Read(c); Write(c); end;
  end;
end.
`,
    arguments:
      'var i: integer;\nbegin\n  for i := 1 to ParamCount do WriteLn(ParamStr(i));\nend.\n',
    exitCode: 'begin\n  Halt(3);\nend.\n',
    unicode: "begin\n  WriteLn('Grüße, 世界 😀');\nend.\n",
    syntaxError: { code: 'begin\n  x := (;\nend.\n', phase: 'compile', says: 'Error:', line: 2 },
    runTimeError: {
      code: 'var x: integer;\nbegin\n  x := 0;\n  WriteLn(1 div x);\nend.\n',
      phase: 'run',
      says: 'Runtime error 200',
    },
    modules: {
      files: {
        'program.pas': 'uses greeting;\nbegin\n  Greet;\nend.\n',
        'greeting.pas': `unit greeting;
interface
procedure Greet;
implementation
procedure Greet;
begin
  WriteLn('hello from a module');
end;
end.
`,
      },
    },
  },
  packages: {
    debian: ['fp-compiler', 'fp-units-base', 'fp-units-rtl'],
    fedora: ['fpc'],
    suse: ['fpc'],
  },
};
