// Rust, one crate of one file and its modules.

import type { Language } from '../language.js';

export const rust: Language = {
  name: 'rust',
  title: 'Rust',
  profile: 'standard',
  isWarmed: false,
  aliases: ['rs', 'rustc'],
  sourceFile: 'program.rs',
  comment: { begin: '/*', end: '*/' },
  // Without optimization it compiles fastest.
  defaultOptions: ['--edition=2021'],
  compile: ['rustc', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['rustc', '--version'],
  neededMemoryMiB: 150,
  hello: 'fn main() {\n    println!("hello");\n}\n',
  cases: {
    input:
      'fn main() {\n    std::io::copy(&mut std::io::stdin(), &mut std::io::stdout()).unwrap();\n}\n',
    arguments: `fn main() {
    for argument in std::env::args().skip(1) {
        println!("{argument}");
    }
}
`,
    exitCode: 'fn main() {\n    std::process::exit(3);\n}\n',
    unicode: 'fn main() {\n    println!("Grüße, 世界 😀");\n}\n',
    syntaxError: {
      code: 'fn main() {\n    let x = ;\n}\n',
      phase: 'compile',
      says: 'error',
      line: 2,
    },
    runTimeError: {
      code: 'fn main() {\n    let x: Option<u8> = None;\n    x.unwrap();\n}\n',
      phase: 'run',
      says: 'panicked',
      line: 3,
    },
    modules: {
      files: {
        'program.rs': 'mod greeting;\nfn main() {\n    greeting::greet();\n}\n',
        'greeting.rs': 'pub fn greet() {\n    println!("hello from a module");\n}\n',
      },
    },
  },
  packages: { debian: ['rustc'], fedora: ['rust'], suse: ['rust'] },
};
