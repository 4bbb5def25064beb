// What the C and C++ languages are tried with.

import type { Cases } from '../cases.js';

export const casesOfC: Cases = {
  input: `#include <stdio.h>
int main(void) {
  int c;
  while ((c = getchar()) != EOF) putchar(c);
  return 0;
}
`,
  arguments: `#include <stdio.h>
int main(int argc, char **argv) {
  int i;
  for (i = 1; i < argc; i++) puts(argv[i]);
  return 0;
}
`,
  exitCode: 'int main(void) { return 3; }\n',
  unicode: '#include <stdio.h>\nint main(void) { puts("Grüße, 世界 😀"); return 0; }\n',
  syntaxError: {
    code: 'int main(void) {\n  return 0\n}\n',
    phase: 'compile',
    says: 'error: expected',
    line: 2,
  },
  runTimeError: {
    code: '#include <assert.h>\nint main(void) {\n  assert(1 + 1 == 3);\n  return 0;\n}\n',
    phase: 'run',
    says: 'Assertion',
    line: 3,
  },
  modules: {
    files: {
      'program.c': '#include "module.h"\nint main(void) { greet(); return 0; }\n',
      'module.c': `#include <stdio.h>
#include "module.h"
void greet(void) { puts("hello from a module"); }
`,
      'module.h': 'void greet(void);\n',
    },
  },
};

export const casesOfCpp: Cases = {
  ...casesOfC,
  modules: {
    files: {
      'program.cpp': '#include "module.h"\nint main() { greet(); }\n',
      'module.cpp': `#include <iostream>
#include "module.h"
void greet() { std::cout << "hello from a module\\n"; }
`,
      'module.h': 'void greet();\n',
    },
  },
};
