// Ruby.

import type { Language } from '../language.js';

export const ruby: Language = {
  name: 'ruby',
  title: 'Ruby',
  profile: 'standard',
  isWarmed: true,
  aliases: ['rb'],
  sourceFile: 'program.rb',
  comment: { line: '#' },
  defaultOptions: ['-w'],
  run: ['ruby', '{options}', '{source}', '{arguments}'],
  check: ['ruby', '-c', '{options}', '{source}'],
  version: ['ruby', '--version'],
  hello: 'puts "hello"',
  cases: {
    input: 'print $stdin.read\n',
    arguments: 'ARGV.each { |argument| puts argument }\n',
    exitCode: 'exit 3\n',
    unicode: 'puts "Grüße, 世界 😀"\n',
    syntaxError: { code: 'x = 1\nx = )\n', phase: 'run', says: 'syntax error', line: 2 },
    runTimeError: { code: 'x = 0\nputs 1 / x\n', phase: 'run', says: 'ZeroDivisionError', line: 2 },
    modules: {
      files: {
        'program.rb': 'require_relative "greeting"\ngreet\n',
        'greeting.rb': 'def greet = puts("hello from a module")\n',
      },
    },
  },
  packages: { debian: ['ruby'], fedora: ['ruby'], suse: ['ruby'] },
};
