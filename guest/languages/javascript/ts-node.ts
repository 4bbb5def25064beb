// TypeScript, run by ts-node without a look at its types.

import type { Language } from '../language.js';
import { javascript } from './javascript.js';

export const tsNode: Language = {
  name: 'ts-node',
  title: 'TypeScript (ts-node)',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.ts',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['ts-node', '-T', '{options}', '{source}', '{arguments}'],
  version: ['ts-node', '--version'],
  neededMemoryMiB: 250,
  hello: 'console.log("hello");\n',
  cases: {
    ...javascript.cases,
    modules: {
      files: {
        'program.ts': `import { greet } from "./greeting";
greet();
`,
        'greeting.ts': 'export const greet = (): void => console.log("hello from a module");\n',
      },
    },
    syntaxError: {
      code: `const x: number = 1;
const y: number = ;
`,
      phase: 'run',
      says: 'xpression expected',
      line: 2,
    },
    runTimeError: {
      code: `const x: any = undefined;
x.missing();
`,
      phase: 'run',
      says: 'TypeError',
      line: 2,
    },
  },
  packages: { debian: ['ts-node'], fedora: [], suse: [] },
};
