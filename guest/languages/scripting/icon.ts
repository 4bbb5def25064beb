// Icon, translated and run.

import type { Language } from '../language.js';

export const icon: Language = {
  name: 'icon',
  title: 'Icon',
  profile: 'full',
  isWarmed: false,
  aliases: ['icn'],
  sourceFile: 'program.icn',
  comment: { line: '#' },
  defaultOptions: [],
  compile: ['icont', '-s', '{options}', '-o', '{program}', '{source}'],
  run: ['{program}', '{arguments}'],
  version: ['icont', '-V'],
  hello: `procedure main()
  write("hello")
end
`,
  cases: {
    input: `procedure main()
  while write(read())
end
`,
    arguments: `procedure main(arguments)
  every write(!arguments)
end
`,
    exitCode: `procedure main()
  exit(3)
end
`,
    unicode: `procedure main()
  write("Grüße, 世界 😀")
end
`,
    syntaxError: {
      code: `procedure main()
  write(
end
`,
      phase: 'compile',
      says: 'Line 3',
    },
    runTimeError: {
      code: `procedure main()
  write(1 / 0)
end
`,
      phase: 'run',
      says: 'division by zero',
    },
    modules: {
      files: {
        'program.icn': `$include "greeting.icn"
procedure main()
  greet()
end
`,
        'greeting.icn': `procedure greet()
  write("hello from a module")
end
`,
      },
    },
  },
  packages: { debian: ['icont', 'iconx'], fedora: [], suse: [] },
};
