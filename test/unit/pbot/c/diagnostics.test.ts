import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanDiagnostics, rulesFor } from '../../../../services/pbot/c/diagnostics/clean.js';

const s = String.raw;
const short = { sourceFile: 'program.c', keepsLines: false };

/**
 * Most are what GCC 12, Clang 14, their sanitizers and GNU ld have printed. Written by hand, after the form of such messages, are
 * those of older releases, of the debugger, of sections and headers of the system, `At top level` and `warnings being treated as errors`.
 */
const messages: readonly (readonly [rule: string, message: string, cleaned: string])[] = [
  [
    'files that include each other',
    'In file included from a.h:1,\n                 from program.c:1:\nb.h:1:9: error: x',
    'b.h:1:9: error: x',
  ],
  ['the function main', 'program.c: In function ‘main’:\nprogram.c:2:46: error: x', 'error: x'],
  ['no function', 'program.c: At top level:\nprogram.c:1:1: warning: x', 'warning: x'],
  [
    'warnings that are errors',
    'program.c:1:1: error: x\ncc1: all warnings being treated as errors',
    'error: x',
  ],
  [
    'each identifier once',
    'program.c:1:18: note: each undeclared identifier is reported only once for each function it appears in',
    '',
  ],
  [
    'in this function once',
    'program.c:1:18: error: (Each undeclared identifier is reported only once\nprogram.c:1:18: error: for each function it appears in.)',
    '',
  ],
  [
    'the end of the compilation',
    'program.c:1:10: fatal error: nosuch.h: No such file or directory\ncompilation terminated.',
    'fatal error: nosuch.h: No such file or directory',
  ],
  [
    'counts of messages',
    "program.c:1:65: error: use of undeclared identifier 'q'\n1 warning and 3 errors generated.",
    "error: use of undeclared identifier 'q'",
  ],
  [
    'shadowed declarations',
    'program.c:2:40: warning: declaration of ‘y’ shadows a previous local [-Wshadow]\nprogram.c:2:20: note: shadowed declaration is here',
    "warning: declaration of 'y' shadows a previous local [-Wshadow]",
  ],
  [
    'earlier declarations',
    "program.c:3:7: fatal error: conflicting types for 'f'\nprogram.c:2:5: note: previous declaration is here",
    "fatal error: conflicting types for 'f'",
  ],
  [
    'declared here',
    'program.c:1:92: warning: ‘arr’ is used uninitialized [-Wuninitialized]\nprogram.c:1:82: note: ‘arr’ declared here\n',
    "warning: 'arr' is used uninitialized [-Wuninitialized]",
  ],
  [
    'macros that a message comes from',
    'program.c:1:31: error: ‘c’ undeclared (first use in this function)\nprogram.c:2:25: note: in expansion of macro ‘MAX’\n',
    "error: 'c' undeclared",
  ],
  ['nested functions', 'program.c:1:18: warning: ISO C forbids nested functions [-Wpedantic]', ''],
  [
    'the conversion b',
    'program.c:2:59: warning: ISO C17 does not support the ‘%b’ gnu_printf format [-Wformat=]\nprogram.c:3:1: warning: x',
    'note: %b is a candide extension\nwarning: x',
  ],
  [
    'the conversion b',
    "program.c:2:59: warning: invalid conversion specifier 'b' [-Wformat-invalid-specifier]\nprogram.c:2:68: warning: data argument not used by format string [-Wformat-extra-args]",
    'note: %b is a candide extension',
  ],
  [
    'first use',
    'program.c:2:46: error: ‘y’ undeclared (first use in this function)',
    "error: 'y' undeclared",
  ],
  ['enabled by default', 'program.c:1:1: warning: x [enabled by default]', 'warning: x'],
  [
    'other functions',
    'program.c: In function ‘f’:\nprogram.c:1:1: warning: x',
    "In function 'f':\nwarning: x",
  ],
  ['line and column', '/home/vm/program.c:12:3: runtime error: x', 'runtime error: x'],
  [
    'places in headers of the system',
    '/usr/include/stdio.h:356:43: note: expected ‘const char * restrict’ but argument is of type ‘int’',
    "note: expected 'const char * restrict' but argument is of type 'int'",
  ],
  ['quotes of words', 'error: expected ‘;’ before `x', "error: expected ';' before 'x"],
  ['tabs', 'a\tb', 'a   b'],
  [
    'the end of the linker',
    "/usr/bin/ld: /home/vm/program.c:2: undefined reference to `foo'\ncollect2: error: ld returned 1 exit status",
    "undefined reference to 'foo'",
  ],
  [
    'the end of the linker',
    'clang: fatal error: linker command failed with exit code 1 (use -v to see invocation)',
    '',
  ],
  [
    'relocations',
    "/usr/bin/ld: /tmp/ccTtelJV.o: warning: relocation against `v' in read-only section `.text'\n/usr/bin/ld: warning: creating DT_TEXTREL in a PIE",
    '',
  ],
  [
    'functions with an undefined reference',
    "/usr/bin/ld: /tmp/ccPReEvL.o: in function `main':\n/home/vm/program.c:1: undefined reference to `foo'",
    "undefined reference to 'foo'",
  ],
  [
    'the name of the linker',
    '/usr/bin/ld: cannot find -lfoo: No such file',
    'cannot find -lfoo: No such file',
  ],
  [
    'objects and sections',
    "/usr/bin/ld: /usr/lib/x86_64-linux-gnu/Scrt1.o: in function `_start':\n(.text+0x17): undefined reference to `main'",
    "undefined reference to 'main'",
  ],
  [
    'objects and sections',
    "program.c:(.text+0x5): undefined reference to `foo'",
    "undefined reference to 'foo'",
  ],
  [
    'objects and sections',
    "/home/build/ccZ1.o:program.c:(.text+0x10): undefined reference to `foo'",
    "undefined reference to 'foo'",
  ],
  [
    'the first definition',
    "/usr/bin/ld: /tmp/cc1.o:/home/vm/b.c:1: multiple definition of `x'; /tmp/cc2.o:/home/vm/program.c:1: first defined here",
    "/tmp/cc1.o:/home/vm/b.c:1: multiple definition of 'x'",
  ],
  [
    'dumps of memory',
    '0x7ffffd584d05: note: pointer points here\n 00 00 00 2c 01 00 00  05 4d 58 fd ff 7f 00 00  04 4d\n             ^ \nnext',
    'next',
  ],
  [
    'summaries',
    'SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior program.c:1:39 in \nnext',
    'next',
  ],
  ['rulers', '=================================================================\nnext', 'next'],
  [
    'signals of sanitizers',
    'UndefinedBehaviorSanitizer:DEADLYSIGNAL\n==30233==Hint: address points to the zero page.\n==30233==ABORTING',
    '',
  ],
  [
    'stacks of sanitizers',
    '    #0 0x55b555afef32 in main /home/vm/program.c:1:123\n    #1 0x7f8305c55249 in __libc_start_call_main csu/../sysdeps/nptl/libc_start_call_main.h:58:16\nnext',
    'next',
  ],
  [
    'shadow bytes',
    'Shadow bytes around the buggy address:\n  0x100031349f80: 00 00 00\n=>0x100031349fd0: f1 f1 00 04[f3]f3 00\n  0x100031349fe0: 00 00\nnext',
    'next',
  ],
  [
    'the legend of shadow bytes',
    'Shadow byte legend (one shadow byte represents 8 application bytes):\n  Addressable:           00\n  Partially addressable: 01 02 03 04 05 06 07 \n  Heap left redzone:       fa\nnext',
    'next',
  ],
  [
    'hints of sanitizers',
    'HINT: this may be a false positive if your program uses some custom stack unwind mechanism, swapcontext or vfork\n      (longjmp and C++ exceptions *are* supported)\nnext',
    'next',
  ],
  [
    'processes of sanitizers',
    '==30233==The signal is caused by a READ memory access.',
    'The signal is caused by a READ memory access.',
  ],
  [
    'registers of sanitizers',
    '==30233==ERROR: UndefinedBehaviorSanitizer: SEGV on unknown address 0x000000000000 (pc 0x55b555afef32 bp 0x7ffc3a9c9fc0 sp 0x7ffc3a9c9f50 T30233)',
    'UndefinedBehaviorSanitizer: SEGV on unknown address',
  ],
  [
    'the address of an error',
    '==30547==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ffd89a8fea4 at pc 0x564cf33ca33b bp 0x7ffd89a8fe50 sp 0x7ffd89a8fe48',
    'AddressSanitizer: stack-buffer-overflow',
  ],
  [
    'addresses of sanitizers',
    "program.c:1:128: runtime error: load of misaligned address 0x7ffffd584d05 for type 'int', which requires 4 byte alignment",
    "runtime error: load of misaligned address for type 'int', which requires 4 byte alignment",
  ],
  [
    'where an access was',
    'WRITE of size 4 at 0x7ffd89a8fea4 thread T0',
    'WRITE of size 4 thread T0',
  ],
  ['empty lines', 'one\n\n  \ntwo', 'one\ntwo'],
  [
    'the name of the program in assertions',
    "program: program.c:2: main: Assertion `1 == 2' failed.",
    "Assertion '1 == 2' failed.",
  ],
  [
    'the name of the program in assertions',
    "/run/build/program: program.c:2: int a::main(int, char **): Assertion `a::b == 2' failed.",
    "Assertion 'a::b == 2' failed.",
  ],
  ['core dumped', 'Segmentation fault (core dumped)', 'Segmentation fault'],
  [
    'the name of the program in errors of the C library',
    "*** Error in `./prog': double free or corruption (fasttop): 0x0000000001c6f010 ***",
    'double free or corruption (fasttop)',
  ],
  [
    'the back-trace of the C library',
    '======= Backtrace: =========\n/lib64/libc.so.6(+0x7d053)[0x7f7ba3d55053]\n./prog[0x40057d]\n======= Memory map: ========\n00400000-00401000 r-xp 00000000 fd:01 12 /tmp/prog\nnext',
    'next',
  ],
  ['the prompt of the debugger', '(gdb) (gdb) x = 1', 'x = 1'],
  ['no symbol table', 'No symbol table is loaded.  Use the "file" command.\nnext', 'next'],
  ['zeros in a string', s`"a\000\000\000b"`, s`"a\000b"`],
  ['the zero at the end of a string', s`"ab\000"`, '"ab"'],
  ['empty characters', s`0 '\000'`, '0'],
];

describe('a message', () => {
  it.each(messages)('without %s', (rule, message, cleaned) => {
    expect(cleanDiagnostics(message, short)).toBe(cleaned);
    const own = rulesFor('program.c').find(({ name }) => name === rule);
    const others = rulesFor('program.c').filter(({ name }) => name !== rule);
    expect(own, rule).toBeDefined();
    const withoutRule = others.reduce(
      (text, { pattern, replacement }) => text.replace(pattern, replacement),
      message,
    );
    expect(withoutRule.trimEnd(), 'the rule is what does it').not.toBe(cleaned);
  });

  it('has an example for each rule', () => {
    const shown = new Set(messages.map(([rule]) => rule));
    const rules = rulesFor('program.c').map(({ name }) => name);
    expect(rules.filter((name) => !shown.has(name))).toEqual(['the name of the source']);
    expect(new Set(rules).size).toBe(rules.length);
  });

  it('keeps its line, its excerpt and notes on shadowing where the reader has the source', () => {
    const message = [
      'program.c: In function ‘f’:',
      'program.c:2:40: warning: declaration of ‘y’ shadows a previous local [-Wshadow]',
      '    2 | int f(int x) { int y = x; if (1) { int y = 2; } return y; }',
      '      |                                        ^',
      'program.c:2:20: note: shadowed declaration is here',
      'program.c:3:1: note: in expansion of macro ‘MAX’',
      '    3 | MAX',
      '      | ^~~',
    ].join('\n');
    expect(cleanDiagnostics(message, { sourceFile: 'program.c', keepsLines: true })).toBe(
      [
        "In function 'f':",
        "2:40: warning: declaration of 'y' shadows a previous local [-Wshadow]",
        '    2 | int f(int x) { int y = x; if (1) { int y = 2; } return y; }',
        '      |                                        ^',
        '2:20: note: shadowed declaration is here',
      ].join('\n'),
    );
  });

  it('says once that %b is an extension', () => {
    const warning =
      'program.c:2:59: warning: ISO C17 does not support the ‘%b’ gnu_printf format [-Wformat=]\n';
    expect(cleanDiagnostics(warning.repeat(3), short)).toBe('note: %b is a candide extension');
  });

  it('is left alone where it is the text of a program', () => {
    for (const text of ['12: hello', 'a.c:1: x', "it's 5 o'clock", 'error: mine']) {
      expect(cleanDiagnostics(text, short)).toBe(text);
    }
  });

  it('of any length is cleaned in linear time, whatever it holds', () => {
    const pieces = fc.constantFrom(
      ...[
        'program.c:',
        '1:',
        '1',
        ' ',
        '\n',
        ': Assertion `',
        "' failed.",
        '‘main’:',
        'note: ',
        'warning: ',
      ],
      ...[
        'In file included from ',
        ' from ',
        '|',
        '\\000',
        "'",
        '0x1f',
        '(gdb) ',
        '==1==',
        'ld: ',
        'declared here',
        '::',
        ': ',
        '.o: ',
      ],
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 20_000 }),
        (parts, count) => {
          cleanDiagnostics(parts.join('').repeat(count), short);
        },
      ),
      { numRuns: 60 },
    );
  });
});
