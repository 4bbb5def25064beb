// Vala, compiled by way of C.

import type { Language } from '../language.js';

export const vala: Language = {
  name: 'vala',
  title: 'Vala',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.vala',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compile: ['valac', '{options}', '-o', '{program}', '{sources}'],
  run: ['{program}', '{arguments}'],
  version: ['valac', '--version'],
  compiledWithIt: { suffixes: ['.vala'], inAllDirectories: true },
  hello: 'void main() { print("hello\\n"); }\n',
  cases: {
    input: `void main() {
  string? line;
  while ((line = stdin.read_line()) != null) stdout.printf("%s\\n", line);
}
`,
    arguments: `void main(string[] arguments) {
  for (int i = 1; i < arguments.length; i++) stdout.printf("%s\\n", arguments[i]);
}
`,
    exitCode: 'int main() { return 3; }\n',
    unicode: 'void main() { stdout.printf("Grüße, 世界 😀\\n"); }\n',
    syntaxError: {
      code: `void main() {
  int x = ;
}
`,
      phase: 'compile',
      says: 'error',
      line: 2,
    },
    runTimeError: { code: 'void main() { error("it fails"); }\n', phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.vala': 'void main() { greet(); }\n',
        'greeting.vala': 'void greet() { print("hello from a module\\n"); }\n',
      },
    },
  },
  packages: { debian: ['valac', 'gcc', 'libglib2.0-dev'], fedora: ['vala'], suse: ['vala'] },
};
