// What interpreters of JavaScript, of any year, must refuse.

import type { Cases } from '../cases.js';

export const javascriptFailures = {
  syntaxError: {
    code: 'print("begun");\nvar x = ;\n',
    phase: 'run',
    says: 'SyntaxError',
    line: 2,
  },
  runTimeError: { code: 'var x;\nx.missing();\n', phase: 'run', says: 'TypeError', line: 2 },
} as const satisfies Partial<Cases>;
