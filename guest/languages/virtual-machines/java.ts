// Java: the launcher compiles the code in memory, and the classes beside it that it uses.

import type { Language } from '../language.js';
import { jvmOptions } from './jvm-options.js';

export const java: Language = {
  name: 'java',
  title: 'Java',
  profile: 'standard',
  isWarmed: false,
  aliases: ['openjdk'],
  sourceFile: 'Program.java',
  comment: { line: '//' },
  defaultOptions: [],
  run: ['java', ...jvmOptions, '{options}', '{source}', '{arguments}'],
  version: ['java', '--version'],
  neededMemoryMiB: 200,
  hello: `public class Program {
  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
`,
  cases: {
    input: `public class Program {
  public static void main(String[] arguments) throws java.io.IOException {
    System.in.transferTo(System.out);
  }
}
`,
    arguments: `public class Program {
  public static void main(String[] arguments) {
    for (String argument : arguments) System.out.println(argument);
  }
}
`,
    exitCode: `public class Program {
  public static void main(String[] arguments) {
    System.exit(3);
  }
}
`,
    unicode: `public class Program {
  public static void main(String[] arguments) {
    System.out.println("Grüße, 世界 😀");
  }
}
`,
    syntaxError: {
      code: 'public class Program {\n  int x = 1\n}\n',
      phase: 'run',
      says: "error: ';' expected",
      line: 2,
    },
    runTimeError: {
      code: `public class Program {
  public static void main(String[] arguments) {
    System.out.println(1 / arguments.length);
  }
}
`,
      phase: 'run',
      says: 'ArithmeticException',
      line: 3,
    },
    modules: {
      files: {
        'Program.java': `public class Program {
  public static void main(String[] arguments) {
    Greeting.greet();
  }
}
`,
        'Greeting.java': `class Greeting {
  static void greet() {
    System.out.println("hello from a module");
  }
}
`,
      },
    },
  },
  packages: {
    debian: ['openjdk-25-jdk-headless'],
    fedora: ['java-25-openjdk-devel'],
    suse: ['java-25-openjdk-devel'],
  },
};
