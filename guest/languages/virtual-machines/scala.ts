// Scala.

import type { Language } from '../language.js';

export const scala: Language = {
  name: 'scala',
  title: 'Scala 2.11',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.scala',
  comment: { begin: '/*', end: '*/' },
  defaultOptions: [],
  run: ['scala', '-nocompdaemon', '{options}', '{source}', '{arguments}'],
  version: ['scala', '-version'],
  neededMemoryMiB: 400,
  hello: 'object Program extends App { println("hello") }\n',
  cases: {
    input: 'object Program extends App { io.Source.stdin.getLines.foreach(println) }\n',
    arguments: 'object Program extends App { args.foreach(println) }\n',
    exitCode: 'object Program extends App { sys.exit(3) }\n',
    unicode: 'object Program extends App { println("Grüße, 世界 😀") }\n',
    syntaxError: {
      code: `object Program extends App {
  val x = )
}
`,
      phase: 'run',
      says: 'error',
      line: 2,
    },
    runTimeError: {
      code: `object Program extends App {
  println(1 / "".length)
}
`,
      phase: 'run',
      says: 'ArithmeticException',
      line: 2,
    },
    modules: { inapplicable: 'runs one file as a script' },
  },
  packages: { debian: ['scala'], fedora: [], suse: [] },
};
