// GNU Octave.

import type { Language } from '../language.js';

export const octave: Language = {
  name: 'octave',
  title: 'GNU Octave',
  profile: 'full',
  isWarmed: false,
  aliases: ['matlab'],
  sourceFile: 'program.m',
  comment: { line: '%' },
  defaultOptions: [],
  run: ['octave-cli', '--quiet', '--no-init-file', '{options}', '{source}', '{arguments}'],
  version: ['octave-cli', '--version'],
  hello: 'disp("hello")\n',
  cases: {
    input: `while ischar(line = fgetl(stdin))
  disp(line)
end
`,
    arguments: `for argument = argv()'
  disp(argument{1})
end
`,
    exitCode: 'exit(3)\n',
    unicode: 'disp("Grüße, 世界 😀")\n',
    syntaxError: {
      code: `x = 1;
x = );
`,
      phase: 'run',
      says: 'parse error',
      line: 2,
    },
    runTimeError: { code: 'error("it fails")\n', phase: 'run', says: 'it fails' },
    modules: {
      files: { 'program.m': 'greeting\n', 'greeting.m': 'disp("hello from a module")\n' },
    },
  },
  packages: { debian: ['octave'], fedora: ['octave'], suse: ['octave'] },
};
