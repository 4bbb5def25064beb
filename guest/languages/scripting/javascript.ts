// JavaScript, run by Node.js.

import type { Language } from '../language.js';

export const javascript: Language = {
  name: 'javascript',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['js', 'node', 'nodejs'],
  sourceFile: 'program.js',
  defaultOptions: [],
  run: ['node', '{options}', '{source}', '{arguments}'],
  check: ['node', '--check', '{options}', '{source}'],
  version: ['node', '--version'],
  projectFiles: ['package.json', 'package-lock.json'],
  hello: 'console.log("hello")',
  packages: { debian: ['nodejs'], fedora: ['nodejs'], suse: ['nodejs-default'] },
};
