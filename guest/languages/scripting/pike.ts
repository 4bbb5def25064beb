// Pike.

import type { Language } from '../language.js';

export const pike: Language = {
  name: 'pike',
  title: 'Pike',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.pike',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['pike8.0', '{options}', '{source}', '{arguments}'],
  version: ['pike8.0', '--version'],
  hello: 'int main() { write("hello\\n"); }\n',
  cases: {
    input: 'int main() { write(Stdio.stdin.read()); }\n',
    arguments: `int main(int count, array(string) arguments) {
  foreach (arguments[1..], string argument) write(argument + "\\n");
}
`,
    exitCode: 'int main() { return 3; }\n',
    unicode: 'int main() { write("Grüße, 世界 😀\\n"); }\n',
    syntaxError: {
      code: `int main() {
  int x = ;
}
`,
      phase: 'run',
      says: 'syntax error',
      line: 2,
    },
    runTimeError: {
      code: `int main() {
  array x = ({});
  write(x[1]);
}
`,
      phase: 'run',
      says: 'Attempt to index',
      line: 3,
    },
    modules: {
      files: {
        'program.pike': `import ".";
int main() { greeting.greet(); }
`,
        'greeting.pmod': 'void greet() { write("hello from a module\\n"); }\n',
      },
    },
  },
  packages: { debian: ['pike8.0-core'], fedora: [], suse: [] },
};
