// JavaScript, run by the machine of GNOME.

import type { Language } from '../language.js';
import { javascriptFailures } from './javascript-failures.js';

export const gjs: Language = {
  name: 'gjs',
  title: 'JavaScript (GJS)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.js',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['gjs', '{options}', '{source}', '{arguments}'],
  version: ['gjs', '--version'],
  hello: 'print("hello");\n',
  cases: {
    input: `const { GioUnix } = imports.gi;
const output = GioUnix.OutputStream.new(1, false);
const size = output.splice(GioUnix.InputStream.new(0, false), 0, null);
`,
    arguments: 'for (const argument of ARGV) print(argument);\n',
    exitCode: 'imports.system.exit(3);\n',
    unicode: 'print("Grüße, 世界 😀");\n',
    ...javascriptFailures,
    modules: {
      files: {
        'program.js': `imports.searchPath.unshift(".");
imports.greeting.greet();
`,
        'greeting.js': 'function greet() { print("hello from a module"); }\n',
      },
    },
  },
  packages: { debian: ['gjs'], fedora: [], suse: [] },
};
