// JavaScript, run by Node.js.

import type { Language } from '../language.js';

const makeSnapshot = `set -eu
echo 'require("net")' > "$0.js"
node --snapshot-blob "$0" --build-snapshot "$0.js"
rm "$0.js"
`;

export const javascript: Language = {
  name: 'javascript',
  title: 'JavaScript (Node.js)',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['js', 'node', 'nodejs'],
  sourceFile: 'program.js',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['node', '{options}', '{source}', '{arguments}'],
  // Debian's Node.js has no snapshot of its own start: it compiles a hundred files of its own before each program. With one, hello
  // took 0.9 to 1.1 s in place of 1.6 to 4.2 s, in turns, in an emulated guest on a busy host. With what the standard output needs
  // in the snapshot, it took 0.37 s in place of 0.43 on a quiet one.
  quickStart: {
    make: ['sh', '-c', makeSnapshot, '{file}'],
    options: ['--snapshot-blob', '{file}'],
    // The file is good for one set of V8's flags.
    notWith: { options: ['--'], variables: ['NODE_OPTIONS'] },
  },
  check: ['node', '--check', '{options}', '{source}'],
  version: ['node', '--version'],
  projectFiles: ['package.json', 'package-lock.json'],
  hello: 'console.log("hello")',
  cases: {
    input: 'process.stdin.pipe(process.stdout);\n',
    arguments: 'for (const argument of process.argv.slice(2)) console.log(argument);\n',
    exitCode: 'process.exit(3);\n',
    unicode: 'console.log("Grüße, 世界 😀");\n',
    syntaxError: { code: 'let x = 1;\nlet y = ;\n', phase: 'run', says: 'SyntaxError', line: 2 },
    runTimeError: { code: 'let x;\nx.missing();\n', phase: 'run', says: 'TypeError', line: 2 },
    modules: {
      files: {
        'program.js': 'require("./greeting.js").greet();\n',
        'greeting.js': 'exports.greet = () => console.log("hello from a module");\n',
      },
    },
  },
  packages: { debian: ['nodejs'], fedora: ['nodejs'], suse: ['nodejs-default'] },
};
