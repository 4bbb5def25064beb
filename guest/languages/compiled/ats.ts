// ATS 2.

import type { Language } from '../language.js';

export const ats: Language = {
  name: 'ats',
  title: 'ATS 2',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.dats',
  comment: { begin: '(*', end: '*)' },
  defaultOptions: [],
  compile: ['patscc', '-DATS_MEMALLOC_LIBC', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['patscc', '-vats'],
  hello: 'implement main0() = println!("hello")\n',
  cases: {
    input: { inapplicable: 'reads its input by C alone' },
    arguments: { inapplicable: 'keeps its arguments in an array of C' },
    exitCode: `#include "share/atspre_staload.hats"
implement main() = 3
`,
    unicode: 'implement main0() = println!("Grüße, 世界 😀")\n',
    syntaxError: {
      code: `implement main0() =
  println!(
`,
      phase: 'compile',
      says: 'rror',
    },
    runTimeError: {
      code: `#include "share/atspre_staload.hats"
implement main0() = assertloc(1 > 2)
`,
      phase: 'run',
      says: '(line=2,',
      line: 2,
    },
    modules: { inapplicable: 'needs a list of its modules' },
  },
  packages: { debian: ['ats2-lang', 'gcc'], fedora: [], suse: [] },
};
