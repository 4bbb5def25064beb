// Kotlin. Debian's compiler is from 2019 and refuses the newest Java.

import type { Language } from '../language.js';
import { jvmOptions } from './jvm-options.js';

/** The main class is the one in the manifest that the compiler writes, so the program is a jar. */
const compile = `program=$1
shift
JAVA_OPTS='${jvmOptions.join(' ')}'
java=/usr/lib/jvm/java-21-openjdk-amd64
if [ -d "$java" ]; then JAVA_HOME=$java; export JAVA_HOME; fi
export JAVA_OPTS
kotlinc "$@" -nowarn -d "$program.jar" 2>"$program.messages"
code=$?
grep -v '^OpenJDK.*warning: .*-noverify' "$program.messages" >&2
[ $code = 0 ] && mv "$program.jar" "$program" && chmod +x "$program"
exit $code
`;

export const kotlin: Language = {
  name: 'kotlin',
  title: 'Kotlin',
  profile: 'full',
  isWarmed: false,
  aliases: ['kt'],
  sourceFile: 'program.kt',
  comment: { line: '//' },
  compiledWithIt: { suffixes: ['.kt'], inAllDirectories: true },
  defaultOptions: [],
  compile: ['sh', '-c', compile, 'sh', '{program}', '{options}', '{sources}'],
  run: [
    'sh',
    '-c',
    `program=$1
shift
main=$(unzip -p "$program" META-INF/MANIFEST.MF | sed -n 's/^Main-Class: *\\([^ \\r]*\\).*/\\1/p')
exec java ${jvmOptions.join(' ')} -cp "$program:/usr/share/kotlin/kotlinc/lib/kotlin-stdlib.jar" "$main" "$@"
`,
    'sh',
    '{program}',
    '{arguments}',
  ],
  version: ['kotlinc', '-J-XX:-PrintWarnings', '-version'],
  hello: 'fun main() { println("hello") }\n',
  cases: {
    input: 'fun main() { System.`in`.copyTo(System.out) }\n',
    arguments: 'fun main(arguments: Array<String>) { arguments.forEach { println(it) } }\n',
    exitCode: 'fun main() { kotlin.system.exitProcess(3) }\n',
    unicode: 'fun main() { println("Grüße, 世界 😀") }\n',
    syntaxError: {
      code: 'fun main() {\n  val x = (\n}\n',
      phase: 'compile',
      says: 'error: ',
      line: 2,
    },
    runTimeError: {
      code: 'fun main(arguments: Array<String>) {\n  println(1 / arguments.size)\n}\n',
      phase: 'run',
      says: 'ArithmeticException',
      line: 2,
    },
    modules: {
      files: {
        'program.kt': 'fun main() { greet() }\n',
        'greeting.kt': 'fun greet() { println("hello from a module") }\n',
      },
    },
  },
  packages: { debian: ['kotlin', 'openjdk-21-jre-headless'], fedora: [], suse: [] },
};
