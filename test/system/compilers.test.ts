import { afterAll, describe, expect, inject, test } from 'vitest';
import { Limit, PhaseLimits, type Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { Clients, textOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';

const environment = inject('machine');
const clients = new Clients(environment);

afterAll(() => clients.close());

const succeeded = { $case: 'exitCode', value: 0 };

const file = (path: string, text: string) => ({
  path,
  data: Buffer.from(text),
  executable: false,
});

/** What the program prints; it must have been built and have run well. */
async function outputOf(program: Partial<Program>): Promise<string> {
  const { compile, run } = await clients.execute(program);
  if (compile !== undefined) expect(compile.outcome).toEqual(succeeded);
  expect(run?.outcome).toEqual(succeeded);
  return textOf(run?.stdout);
}

const cMain = '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n';

const mains: readonly (readonly [language: string, path: string, code: string])[] = [
  ['c11', 'main.c', cMain],
  ['clang', 'main.c', cMain],
  ['c++', 'main.cpp', '#include <iostream>\nint main() { std::cout << "built\\n"; }\n'],
  ['go', 'main.go', 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("built") }\n'],
];

describe('what a compiler makes', () => {
  test.each(mains)('a program in %s is built beside a directory "program"', async (...main) => {
    const [language, path, code] = main;
    const files = [file(path, code), file('program/notes.txt', 'mine')];
    expect(await outputOf({ language, files })).toBe('built\n');
  });

  test.each(mains)('a program in %s leaves a file "program" as it was', async (...main) => {
    const [language, path, code] = main;
    const files = [file(path, code), file('program', 'mine')];
    const result = await clients.execute({ language, files, outputFiles: ['**'] });
    expect(textOf(result.run?.stdout)).toBe('built\n');
    const returned = result.files.map(({ path, data }) => [path, Buffer.from(data).toString()]);
    expect(returned).toEqual(
      [
        [path, code],
        ['program', 'mine'],
      ].sort(),
    );
  });
});

describe('options that ask a compiler for no program', () => {
  test.each([
    ['c11', '-E', /int main\(void\)/],
    ['c11', '-S', /main:/],
    ['clang', '-S', /main:/],
    ['c++', '-S', /main:/],
    ['c11', '-M', /program\.o: program\.c/],
    ['c11', '--version', /^gcc /],
    ['clang', '--version', /clang version/],
    ['c11', '-c', /^$/],
    ['clang', '-c', /^$/],
    ['c++', '-fsyntax-only', /^$/],
  ])(
    '%s with %s gives what the compiler prints, and runs nothing',
    async (language, option, output) => {
      const code = 'int main(void) { return 7; }';
      const { compile, run } = await clients.execute({ language, code, options: [option] });
      expect(run).toBeUndefined();
      expect(compile?.outcome).toEqual(succeeded);
      expect(textOf(compile?.stdout)).toMatch(output);
      expect(textOf(compile?.stderr)).toBe('');
    },
  );

  test('Go with -n gives the commands of the compiler, and runs nothing', async () => {
    const code = 'package main\n\nfunc main() {}\n';
    const { compile, run } = await clients.execute({ language: 'go', code, options: ['-n'] });
    expect(run).toBeUndefined();
    expect(textOf(compile?.stderr)).toContain('mkdir -p $WORK');
  });

  test('PBot’s users see the assembler that they asked for', async () => {
    const port = Number(environment['PBOTVM_SERVER']);
    expect(await sendLine(port, '-S int main(void) { return 7; }')).toMatch(/^\t\.file[^]*main:/);
    expect(await sendLine(port, '-fsyntax-only int main(void) { return 7; }')).toBe(
      'Success (no output).\n',
    );
  });
});

test.each(['c11', 'clang', 'c++'])(
  'a program in %s finds the library of mathematics and threads whatever its options are',
  async (language) => {
    const code = `
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static void *run(void *x) { return x; }
int main(int argc, char **argv) {
  (void)argv;
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, NULL) != 0) abort();
  pthread_join(thread, NULL);
  printf("%.3f\\n", sqrt(argc + 1.0));
  return 0;
}
`;
    expect(await outputOf({ language, code, options: ['-O2'] })).toBe('1.414\n');
  },
);

describe('a program that is built without `go build`', () => {
  const goProgram = (imports: string, body: string) =>
    `package main\n\n${imports}\n\nfunc main() { ${body} }\n`;

  test('a Go program finds out about its own build what go build would have written there', async () => {
    const code = goProgram(
      'import (\n\t"fmt"\n\t"runtime/debug"\n)',
      'about, _ := debug.ReadBuildInfo(); fmt.Println(about)',
    );
    const quickly = await outputOf({ language: 'go', code });
    expect(quickly).toContain('path\tcommand-line-arguments\n');
    expect(await outputOf({ language: 'go', code, options: ['-ldflags=-w'] })).toBe(quickly);
  });

  test('a Go program is built where only go build knows how: C in it, files in it, settings in it', async () => {
    const c = goProgram('// int seven(void) { return 7; }\nimport "C"', 'println(C.seven() == 7)');
    expect((await clients.execute({ language: 'go', code: c })).run?.outcome).toEqual(succeeded);
    const embedding = goProgram(
      'import (\n\t_ "embed"\n\t"fmt"\n)\n\n//go:embed notes.txt\nvar notes string',
      'fmt.Print(notes)',
    );
    const files = [file('main.go', embedding), file('notes.txt', 'embedded\n')];
    expect(await outputOf({ language: 'go', files })).toBe('embedded\n');
    const setting = goProgram(
      'import "fmt"',
      'defer func() { fmt.Printf("%T\\n", recover()) }(); panic(nil)',
    );
    expect(await outputOf({ language: 'go', code: setting })).toBe('*runtime.PanicNilError\n');
    const withSetting = `//go:debug panicnil=1\n${setting}`;
    expect(await outputOf({ language: 'go', code: withSetting })).toBe('<nil>\n');
  });

  test('a Go program that go build would refuse is refused in its words', async () => {
    const code = goProgram('import _ "internal/abi"', '');
    const { compile, run } = await clients.execute({ language: 'go', code });
    expect(run).toBeUndefined();
    expect(textOf(compile?.stderr)).toContain('use of internal package internal/abi not allowed');
  });
});

test.each(['c11', 'c++'])(
  'a program in %s that can’t be linked is refused in the words of the usual linker',
  async (language) => {
    const code = 'int missing(int);\nint main() { return missing(1); }\n';
    const { compile, run } = await clients.execute({ language, code });
    expect(run).toBeUndefined();
    expect(textOf(compile?.stderr)).toMatch(/^\/usr\/bin\/ld: .* in function `main'/m);
    expect(textOf(compile?.stderr)).toMatch(/undefined reference to `missing/);
  },
);

describe('a Go module', () => {
  const module = file('go.mod', 'module demo\n\ngo 1.21\n');
  const greet = file('greet/greet.go', 'package greet\n\nfunc Hi() string { return "hi" }\n');
  const main = file(
    'main.go',
    'package main\n\nimport (\n\t"demo/greet"\n\t"fmt"\n)\n\nfunc main() { fmt.Println(greet.Hi()) }\n',
  );

  test.each([[[module, main, greet]], [[greet, main, module]], [[main, greet, module]]])(
    'a Go module is built, in whatever order its files come',
    async (files) => {
      expect(await outputOf({ language: 'go', files })).toBe('hi\n');
    },
  );
});

test('JavaScript beside a package.json that says so is an ECMAScript module', async () => {
  const files = [
    file('package.json', '{"type": "module"}'),
    file('main.js', 'import { hi } from "./hi.js";\nconsole.log(hi);\n'),
    file('hi.js', 'export const hi = "hi";\n'),
  ];
  expect(await outputOf({ language: 'javascript', files })).toBe('hi\n');
});

describe('output before the end of a program', () => {
  const crash = 'printf("before\\n"); *(volatile int *)0 = 1; return 0; }';
  const kill = 'std::cout << "before\\n"; std::raise(SIGKILL); }';

  test.each([
    ['c11', `#include <stdio.h>\nint main(void) { ${crash}`],
    ['clang', `#include <stdio.h>\nint main(void) { ${crash}`],
    ['c++', `#include <csignal>\n#include <iostream>\nint main() { ${kill}`],
    ['python3', 'import os\nprint("before")\nos.kill(os.getpid(), 9)'],
    ['perl', 'print "before\\n"; kill 9, $$;'],
    ['lua', 'print("before") os.execute("kill -9 $PPID")'],
  ])(
    'a program in %s that is to write at once loses nothing in a crash',
    async (language, code) => {
      const options = language === 'python3' || language === 'lua' ? [] : ['-w'];
      const { run } = await clients.execute({ language, code, options, unbuffered: true });
      expect(run?.outcome?.$case).toBe('signal');
      expect(textOf(run?.stdout)).toBe('before\n');
    },
  );

  test('a program under a sanitizer of addresses writes at once too', async () => {
    const code = '#include <stdio.h>\nint main(void) { printf("before\\n"); return 0; }\n';
    const program = { language: 'c11', code, options: ['-fsanitize=address'], unbuffered: true };
    expect(await outputOf(program)).toBe('before\n');
  });

  test('a program that passes its time limit gives what it has printed, if it is to write at once', async () => {
    const timeLimit = { seconds: 3n, nanos: 0 };
    const code = 'import time\nprint("before")\ntime.sleep(60)';
    const { run } = await clients.execute({
      language: 'python3',
      code,
      runLimits: PhaseLimits.fromPartial({ wallTime: timeLimit }),
      unbuffered: true,
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect(textOf(run?.stdout)).toBe('before\n');
  });
});
