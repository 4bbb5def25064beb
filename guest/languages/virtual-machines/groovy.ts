// Groovy.

import type { Language } from '../language.js';
import { jvmOptions } from './jvm-options.js';

export const groovy: Language = {
  name: 'groovy',
  title: 'Groovy',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.groovy',
  comment: { line: '//' },
  defaultOptions: [],
  run: ['groovy', '-cp', '.', '{options}', '{source}', '{arguments}'],
  version: ['groovy', '--version'],
  environment: { JAVA_OPTS: jvmOptions.join(' ') },
  neededMemoryMiB: 200,
  hello: 'println "hello"\n',
  cases: {
    input: 'System.out << System.in\n',
    arguments: 'args.each { println it }\n',
    exitCode: 'System.exit(3)\n',
    unicode: 'println "Grüße, 世界 😀"\n',
    syntaxError: {
      code: 'x = 1\ny = )\n',
      phase: 'run',
      says: 'MultipleCompilationErrors',
      line: 2,
    },
    runTimeError: {
      code: 'x = 0\nprintln 1.intdiv(x)\n',
      phase: 'run',
      says: 'ArithmeticException',
      line: 2,
    },
    modules: {
      files: {
        'program.groovy': 'new Greeting().greet()\n',
        'Greeting.groovy':
          'class Greeting {\n  void greet() { println "hello from a module" }\n}\n',
      },
    },
  },
  packages: { debian: ['groovy'], fedora: [], suse: [] },
};
