// Neko.

import type { Language } from '../language.js';

export const neko: Language = {
  name: 'neko',
  title: 'Neko',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.neko',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; nekoc -o "$(dirname "$program")" "$@" "$source" && exec nekotools boot "$program.n"',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['neko', '-version'],
  hello: '$print("hello\\n");\n',
  cases: {
    input: `var read = $loader.loadprim("std@file_read_char", 1);
var input = $loader.loadprim("std@file_stdin", 0)();
try { while (true) { var s = $smake(1); $sset(s, 0, read(input)); $print(s); } } catch e {};
`,
    arguments: `var i = 0;
while (i < $asize($loader.args)) { $print($loader.args[i], "\\n"); i = i + 1; };
`,
    exitCode: '$loader.loadprim("std@sys_exit", 1)(3);\n',
    unicode: '$print("Grüße, 世界 😀\\n");\n',
    syntaxError: {
      code: `$print("begun");
var x = ;
`,
      phase: 'compile',
      says: 'nexpected',
      line: 2,
    },
    runTimeError: {
      code: `$print("begun\\n");
$throw("it fails");
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: { inapplicable: 'finds modules beside the compiled program alone' },
  },
  packages: { debian: ['neko'], fedora: [], suse: [] },
};
