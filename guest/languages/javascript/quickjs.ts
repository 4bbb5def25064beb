// JavaScript, run by QuickJS.

import type { Language } from '../language.js';
import { javascriptFailures } from './javascript-failures.js';

export const quickjs: Language = {
  name: 'quickjs',
  title: 'JavaScript (QuickJS)',
  profile: 'full',
  isWarmed: false,
  aliases: ['qjs'],
  sourceFile: 'program.js',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['qjs', '--std', '{options}', '{source}', '{arguments}'],
  version: ['qjs', '-h'],
  hello: 'console.log("hello");\n',
  cases: {
    input: 'std.out.puts(std.in.readAsString());\n',
    arguments: 'for (const argument of scriptArgs.slice(1)) console.log(argument);\n',
    exitCode: 'std.exit(3);\n',
    unicode: 'console.log("Grüße, 世界 😀");\n',
    ...javascriptFailures,
    modules: {
      files: {
        'program.js': `import { greet } from "./greeting.js";
greet();
`,
        'greeting.js': 'export const greet = () => console.log("hello from a module");\n',
      },
    },
  },
  packages: { debian: ['quickjs'], fedora: ['quickjs'], suse: [] },
};
