// SurgeScript.

import type { Language } from '../language.js';

export const surgescript: Language = {
  name: 'surgescript',
  title: 'SurgeScript',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.ss',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['surgescript', '{options}', '{source}', '{arguments}'],
  version: ['surgescript', '--version'],
  hello: `object "Application" {
  state "main" {
    Console.print("hello");
    exit();
  }
}
`,
  cases: {
    input: { inapplicable: 'reads no input' },
    arguments: { inapplicable: 'has no arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: `object "Application" {
  state "main" {
    Console.print("Grüße, 世界 😀");
    exit();
  }
}
`,
    syntaxError: {
      code: `object "Application" {
  state "main" {
    x = ;
  }
}
`,
      phase: 'run',
      says: 'Parse Error',
      line: 3,
    },
    runTimeError: { inapplicable: 'goes on after an error' },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['surgescript'], fedora: [], suse: [] },
};
