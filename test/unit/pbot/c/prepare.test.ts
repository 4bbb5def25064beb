import { describe, expect, it } from 'vitest';
import { type HowToPrepare, prepareC } from '../../../../services/pbot/c/prepare.js';

const c: HowToPrepare = {
  family: 'c',
  standard: 'c11',
  noMain: false,
  noHeaders: false,
  includes: [],
};
const cpp: HowToPrepare = { ...c, family: 'c++', standard: 'c++14' };

function prepared(code: string, how: Partial<HowToPrepare> = {}, base = c) {
  const result = prepareC(code, { ...base, ...how });
  if ('error' in result) throw new Error(result.error);
  return result;
}

const bare = (code: string, base = c) => prepared(code, { noHeaders: true }, base).source;
const main = (...lines: string[]) =>
  [
    'int main(int argc, char *argv[]) {',
    ...lines.map((line) => `    ${line}`),
    '    return 0;',
    '}',
    '',
  ].join('\n');

describe('a main function', () => {
  it('is made around statements, and the last semicolon may be left out', () => {
    expect(bare(String.raw`int x = 1; printf("%d\n", x)`)).toBe(
      main('int x = 1;', String.raw`printf("%d\n", x);`),
    );
  });

  it('gets the statements that stand in front of functions and between them', () => {
    expect(bare('void f() { } f(); void g() { } g();')).toBe(
      `void f() {\n}\nvoid g() {\n}\n${main('f();', 'g();')}`,
    );
  });

  it('leaves outside what the functions use', () => {
    expect(bare('int n = 1; int m = 2; int f(void) { return n; } f();')).toBe(
      `int n = 1;\nint f(void) {\n    return n;\n}\n${main('int m = 2;', 'f();')}`,
    );
  });

  it('is not made where the code has one, or is to have none', () => {
    expect(prepared('int main(void) { return 1; }').mainWasMade).toBe(false);
    expect(prepared('int main(argc, argv) char **argv; { }').mainWasMade).toBe(false);
    expect(prepared('#define M main\nint M(void) { }').mainWasMade).toBe(false);
    expect(prepared('int x;', { noMain: true })).toMatchObject({ mainWasMade: false });
  });

  it('loses a pair of braces around its body', () => {
    expect(bare('{ int x; x = 1; }')).toBe(main('int x;', 'x = 1;'));
  });

  it('stands after templates, classes and namespaces in C++', () => {
    const code =
      'int n = 2; f(n); template <class T = int> T f(T x) { return x; } namespace a { int y; }';
    expect(bare(code, cpp)).toBe(
      [
        'template <class T = int> T f(T x) {',
        '    return x;',
        '}',
        'namespace a {',
        '    int y;',
        '}',
        main('int n = 2;', 'f(n);'),
      ].join('\n'),
    );
  });

  it('keeps directives where they work', () => {
    expect(bare(String.raw`#define A 1 \n A; #undef A \n #include <time.h> time(0);`)).toBe(
      `#define A 1\n#undef A\n#include <time.h>\n${main('A;', 'time(0);')}`,
    );
  });
});

describe('a whole program', () => {
  it('has one statement a line', () => {
    const code =
      'int f(char*s,int a){if(a>3&&s!=0){return -1;}else if(*s<2)return a?a*2:-a;for(int i=0;i<3;++i)a+=i;do{a--;}while(a);int x[]={1,2};return sizeof (int);}int main(){}';
    expect(bare(code)).toBe(
      [
        'int f(char *s, int a) {',
        '    if (a > 3 && s != 0) {',
        '        return -1;',
        '    } else if (*s < 2) return a ? a * 2 : -a;',
        '    for (int i = 0; i < 3; ++i) a += i;',
        '    do {',
        '        a--;',
        '    } while (a);',
        '    int x[] = {1, 2};',
        '    return sizeof(int);',
        '}',
        'int main() {',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('keeps comments, and code after a comment of one line', () => {
    expect(bare(String.raw`int x; // one \n int main(void) { /* two */ }`)).toBe(
      'int x; // one\nint main(void) {\n    /* two */\n}\n',
    );
  });
});

describe('a line end', () => {
  it.each([
    [String.raw`#define A 1 \n puts("a\n");`, `#define A 1\n${main(String.raw`puts("a\n");`)}`],
    [String.raw`#define A "\n" \n A;`, `#define A "\\n"\n${main('A;')}`],
    ['#define A 1 |n A;', `#define A 1\n${main('A;')}`],
    ['int n, a|n; a|n;', main('int n, a | n;', 'a | n;')],
    ['int x;|n x;', main('int x;', 'x;')],
    ['#include <stdio.h> #include "a.h" x;', `#include <stdio.h>\n#include "a.h"\n${main('x;')}`],
    [String.raw`#define F(x) \\n x \n F(1);`, `#define F(x) \\\n x\n${main('F(1);')}`],
    [String.raw`#error don't \n x;`, `#error don't\n${main('x;')}`],
  ])('is found in %s', (code, source) => {
    expect(bare(code)).toBe(source);
  });
});

describe('headers', () => {
  const includes = (code: string, how: Partial<HowToPrepare> = {}, base = c) =>
    [...prepared(code, how, base).source.matchAll(/#include <(.*)>/g)].map(([, name]) => name);

  it('are those that declare a name of the code, after the macros that ask for POSIX', () => {
    expect(includes('printf("x"); strlen("a"); uint8_t b;')).toEqual([
      'stdio.h',
      'string.h',
      'stdint.h',
    ]);
    expect(prepared('puts("x");').source).toMatch(
      /^#define _XOPEN_SOURCE 9001\n#define __USE_XOPEN\n#include <stdio.h>\n/,
    );
    expect(includes('int x;')).toEqual([]);
  });

  it('are none for names in literals, of the code itself, and of its structures', () => {
    expect(includes('puts; "strlen";')).toEqual(['stdio.h']);
    expect(includes('int index = 1; int read(int x) { return x; } index + read(1);')).toEqual([]);
    expect(includes('struct { int log; } a; a.log = 1;')).toEqual([]);
  });

  it('are those of the standard', () => {
    expect(includes('thrd_t t;', { standard: 'c11' })).toEqual([]);
    expect(includes('thrd_t t;', { standard: 'c2x' })).toEqual(['threads.h']);
    expect(includes('sqrt(2);', { standard: 'c89' })).toEqual(['math.h']);
    expect(includes('sqrt(2);', { standard: 'c99' })).toEqual(['math.h', 'tgmath.h']);
  });

  it('give way to those of the code, and to those that are asked for', () => {
    expect(includes('#include <stdio.h> strlen("a");')).toEqual(['stdio.h']);
    expect(includes('strlen("a");', { includes: ['a.h'] })).toEqual(['a.h']);
    expect(includes('strlen("a");', { noHeaders: true })).toEqual([]);
  });

  it('of C++ come with the namespace; an unknown name takes them all', () => {
    expect(includes('cout << "a"; vector<int> v;', {}, cpp)).toEqual(['iostream', 'vector']);
    expect(includes('printf("a");', {}, cpp)).toEqual(['cstdio']);
    expect(includes('std::frobnicate(1);', {}, cpp)).toEqual(['bits/stdc++.h']);
    expect(bare('x;', cpp)).not.toContain('using');
    expect(prepared('cout << 1;', {}, cpp).source).toContain('using namespace std;\n');
  });

  it('have that of the guest after them where macros of the debugger are called', () => {
    expect(includes('puts("a"); ptype(x);')).toEqual(['stdio.h', 'pbot-vm/candide.h']);
    expect(includes('#include <signal.h> ptype(x);')).toEqual(['signal.h', 'pbot-vm/candide.h']);
    expect(includes('printf("%b", 5);')).toEqual(['stdio.h']);
    expect(includes('ptype(x);', { noHeaders: true })).toEqual([]);
  });
});

describe('the value of the last statement', () => {
  const last = (code: string) => prepared(code).lastExpression;

  it.each([
    ['sizeof (int)', 'sizeof(int)'],
    ['int x = 1; x+1;', 'x + 1'],
    ['int x = 1; x == 1', 'x == 1'],
    ['int x = 1, y = 2; x ^= y', 'x ^= y'],
    ['int f(int x) { return x; } f(3)', 'f(3)'],
    ['"a" "b"', '"a" "b"'],
    ['sizeof x', 'sizeof x'],
  ])('of %s is asked for', (code, expression) => {
    expect(last(code)).toBe(expression);
  });

  it.each([
    'int x = 1;',
    'x = 1;',
    'printf("a");',
    'fgets(a, 1, b);',
    'for (;;) x++;',
    'if (x) y;',
    'x /* a */;',
    '({ 1; });',
    'FILE *f;',
    'size_t x;',
    'print(x);',
    'a<:1:>;',
    'return 1;',
    '',
    'int main(void) { 1; }',
  ])('of %s is not asked for', (code) => {
    expect(last(code)).toBeUndefined();
  });
});

describe('macros of the debugger', () => {
  const uses = (code: string) => prepared(code).usesMacros;

  it('are found where they are called', () => {
    expect(uses('int x; watch(x); x = 1;')).toBe(true);
    expect(uses('print(1 + 2)')).toBe(true);
  });

  it('are not those of the code itself', () => {
    expect(uses('void print(int x) { } print(1);')).toBe(false);
    expect(uses('#define print(x) x\nprint(1);')).toBe(false);
    expect(uses('a.print(1); a->dump(); int trace = 1;')).toBe(false);
  });
});

describe('a warning', () => {
  const text =
    'warning: preprocessor directive not terminated by \\n, the remainder of the line will be part of this directive';

  it('says that a directive has swallowed the code', () => {
    expect(prepared('#define A 1 int x; puts("a");').warning).toBe(text);
    expect(prepared('#define A 1').warning).toBe(text);
  });

  it('is not needed for a directive that ends', () => {
    expect(prepared('#include <stdio.h> puts("a");').warning).toBeUndefined();
    expect(prepared('puts("a");\n#define A 1').warning).toBeUndefined();
  });
});

describe('brackets', () => {
  const result = (code: string) => prepareC(code, c);

  it('that have no partner are an error', () => {
    expect(result('int main() { if (1) { puts("a");')).toEqual({ error: 'unmatched brackets' });
    expect(result('int f() <% return 1; f();')).toEqual({ error: 'unmatched brackets' });
  });

  it('in literals, in comments and in the second branch of a condition do not count', () => {
    expect(result(`puts("{"); '{'; /* { */ // {`)).not.toHaveProperty('error');
    expect(result('#if 1\nvoid f() {\n#else\nvoid f(int a) {\n#endif\n}')).not.toHaveProperty(
      'error',
    );
  });

  it("are the compiler's business where a literal has no end", () => {
    expect(result('int main() { puts("a); }')).not.toHaveProperty('error');
  });
});
