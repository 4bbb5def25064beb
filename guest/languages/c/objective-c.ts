// Objective-C, compiled with GCC.

import type { Language } from '../language.js';
import { casesOfC } from './c-cases.js';

export const objectiveC: Language = {
  name: 'objective-c',
  title: 'Objective-C (GCC)',
  profile: 'full',
  isWarmed: false,
  aliases: ['objc'],
  sourceFile: 'program.m',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  compile: ['gcc', '-o', '{program}', '{sources}', '{options}', '{libraries}'],
  run: ['{program}', '{arguments}'],
  version: ['gcc', '--version'],
  compiledWithIt: { suffixes: ['.m'], inAllDirectories: true },
  libraries: ['-lobjc'],
  hello: `#include <stdio.h>
int main(void) { puts("hello"); return 0; }
`,
  cases: {
    ...casesOfC,
    syntaxError: {
      code: `int main(void) {
  return 0
}
`,
      phase: 'compile',
      says: 'error: expected',
      line: 2,
    },
    runTimeError: {
      code: `#include <assert.h>
int main(void) {
  assert(1 + 1 == 3);
  return 0;
}
`,
      phase: 'run',
      says: 'Assertion',
      line: 3,
    },
    modules: {
      files: {
        'program.m': `#include "greeting.h"
int main(void) { [Greeting greet]; return 0; }
`,
        'greeting.m': `#include <stdio.h>
#include "greeting.h"
@implementation Greeting
+ (void)greet { puts("hello from a module"); }
@end
`,
        'greeting.h': `#include <objc/Object.h>
@interface Greeting : Object
+ (void)greet;
@end
`,
      },
    },
  },
  packages: { debian: ['gobjc'], fedora: ['gcc-objc'], suse: ['gcc-objc'] },
};
