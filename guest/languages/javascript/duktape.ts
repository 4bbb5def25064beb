// JavaScript, run by Duktape.

import type { Language } from '../language.js';
import { javascriptFailures } from './javascript-failures.js';

export const duktape: Language = {
  name: 'duktape',
  title: 'JavaScript (Duktape)',
  profile: 'full',
  isWarmed: false,
  aliases: ['duk'],
  sourceFile: 'program.js',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['duk', '{options}', '{source}', '{arguments}'],
  version: ['duk', '-e', 'print(Duktape.version)'],
  hello: 'print("hello");\n',
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: { inapplicable: 'writes characters beyond the first 65 536 as two' },
    ...javascriptFailures,
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['duktape'], fedora: [], suse: [] },
};
