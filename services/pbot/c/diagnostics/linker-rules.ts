// Rules for messages of the linker.

import type { Rule } from './rule.js';

export const linkerRules: readonly Rule[] = [
  {
    name: 'the end of the linker',
    pattern:
      /^(?:collect2: |clang(?:\+\+)?(?:-\d+)?: )[^\n]*(?:ld returned|linker command failed)[^\n]*(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'relocations',
    pattern:
      /^[^\n:]*ld(?:\.\w+)?: [^\n]*(?:warning: relocation against|DT_TEXTREL)[^\n]*(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'functions with an undefined reference',
    pattern: /^(?:[^\n:]*ld(?:\.\w+)?: )?[^\s:]+\.o: [Ii]n function [^\n]*:(?:\n|$)/gm,
    replacement: '',
  },
  {
    name: 'the name of the linker',
    pattern: /^[^\s:]*\bld(?:\.\w+)?: /gm,
    replacement: '',
  },
  {
    name: 'objects and sections',
    pattern: /^(?:[^\s:()]+: ?)*\(\.\w[^)\n]*\): /gm,
    replacement: '',
  },
  {
    name: 'the first definition',
    pattern: /; [^\s:]+:[^\n]*: first defined here/g,
    replacement: '',
  },
];
