// TypeScript, checked and compiled to JavaScript.

import type { Language } from '../language.js';

export const typescript: Language = {
  name: 'typescript',
  title: 'TypeScript',
  profile: 'full',
  isWarmed: false,
  aliases: ['ts', 'tsc'],
  sourceFile: 'program.ts',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [
    '--target',
    'es2022',
    '--module',
    'commonjs',
    '--lib',
    'es2022',
    '--skipLibCheck',
  ],
  // What Node.js has is known by its types. To check these too, and to know those of browsers, took four times as long.
  // The program starts the code that was made.
  compile: [
    'sh',
    '-c',
    'program=$1 source=$2; shift 2; tsc --outDir "$program.made" --rootDir . --typeRoots /usr/share/nodejs/@types --types node "$@" "$source" && printf "require(\\"%s\\");\\n" "$program.made/${source%.ts}.js" > "$program" && chmod +x "$program"',
    'sh',
    '{program}',
    '{source}',
    '{options}',
  ],
  run: ['node', '{program}', '{arguments}'],
  version: ['tsc', '--version'],
  neededMemoryMiB: 200,
  hello: 'const text: string = "hello";\nconsole.log(text);\n',
  cases: {
    input: 'process.stdin.pipe(process.stdout);\n',
    arguments: 'for (const argument of process.argv.slice(2)) console.log(argument);\n',
    exitCode: 'process.exit(3);\n',
    unicode: 'console.log("Grüße, 世界 😀");\n',
    syntaxError: {
      code: 'let x: number = 1;\nx = "one";\n',
      phase: 'compile',
      says: 'error TS2322',
      line: 2,
    },
    runTimeError: { code: 'throw new Error("it fails");\n', phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.ts': 'import { greet } from "./greeting";\ngreet();\n',
        'greeting.ts': 'export function greet() {\n  console.log("hello from a module");\n}\n',
      },
    },
  },
  packages: { debian: ['node-typescript', 'nodejs'], fedora: [], suse: [] },
};
