// What users of a C evaluator on IRC type, and what it prints. Each becomes a whole program that compiles.

export interface Typed {
  readonly code: string;
  /** What the program prints. */
  readonly prints: string;
  /** c11 where it is not given. */
  readonly standard?: 'c89' | 'c99' | 'c11' | 'c2x' | 'c++14';
  /** To show where nothing is printed. */
  readonly last?: string;
  /** Of the compiler, beside `-std`. */
  readonly options?: readonly string[];
}

const s = String.raw;

export const typedC: readonly Typed[] = [
  { code: s`printf("hi\n");`, prints: 'hi\n' },
  { code: s`printf("hi\n")`, prints: 'hi\n' },
  { code: s`puts("hi")`, prints: 'hi\n' },
  { code: s`int main(void) { printf("hi\n"); return 0; }`, prints: 'hi\n' },
  { code: s`int x = 5; printf("%d\n", x * 2);`, prints: '10\n' },
  { code: s`for (int i = 0; i < 3; i++) printf("%d ", i);`, prints: '0 1 2 ' },
  { code: s`int i = 3; while (i--) { printf("%d", i); }`, prints: '210' },
  { code: s`int i = 0; do { printf("%d", i); } while (++i < 3)`, prints: '012' },
  { code: s`if (sizeof(int) == 4) puts("four"); else puts("other");`, prints: 'four\n' },
  { code: s`if (1) { puts("a"); } else { puts("b"); } puts("c");`, prints: 'a\nc\n' },
  { code: s`{ int x = 1; printf("%d", x); }`, prints: '1' },
  { code: s`int f(int a) { return a + 1; } printf("%d", f(1));`, prints: '2' },
  { code: s`f() { return 3; } printf("%d", f());`, prints: '3', standard: 'c89' },
  {
    code: s`void f() { puts("f"); } f(); void g() { puts("g"); } g();`,
    prints: 'f\ng\n',
    last: 'g()',
  },
  {
    code: s`int f(a, b) int a; int b; { return a * b; } printf("%d", f(2, 3));`,
    prints: '6',
  },
  { code: s`int f(a, b) { return a * b; } printf("%d", f(2, 3));`, prints: '6', standard: 'c89' },
  { code: s`int n = 4; int f(void) { return n; } printf("%d", f());`, prints: '4' },
  { code: s`int n = strlen("abc"); int f(int x) { return x; } printf("%d", f(n));`, prints: '3' },
  {
    code: s`struct A { int x; }; int f(struct A a) { return a.x; } struct A a = { 7 }; printf("%d", f(a));`,
    prints: '7',
  },
  {
    code: s`typedef struct { int x, y; } P; P add(P a, P b) { return (P) { a.x + b.x, a.y + b.y }; } P p = add((P) {1, 2}, (P) {3, 4}); printf("%d %d", p.x, p.y);`,
    prints: '4 6',
  },
  {
    code: s`struct { int a; char b[3]; } x = { .b = "hi", .a = 1 }; printf("%d %s", x.a, x.b);`,
    prints: '1 hi',
  },
  {
    code: s`int a[] = { [2] = 5, [0] = 1 }; printf("%zu %d %d", sizeof a / sizeof *a, a[0], a[2]);`,
    prints: '3 1 5',
  },
  {
    code: s`union { float f; unsigned u; } x = { .f = 1.0f }; printf("%#x", x.u);`,
    prints: '0x3f800000',
  },
  { code: s`enum color { RED, GREEN = 5, BLUE }; printf("%d", BLUE);`, prints: '6' },
  {
    code: s`int (*f)(const char *) = puts; f("pointer");`,
    prints: 'pointer\n',
    last: 'f("pointer")',
  },
  {
    code: s`int add(int a, int b) { return a + b; } int sub(int a, int b) { return a - b; } int (*ops[])(int, int) = { add, sub }; for (int i = 0; i < 2; i++) printf("%d ", ops[i](5, 3));`,
    prints: '8 2 ',
  },
  {
    code: s`int twice(int (*f)(int), int x) { return f(f(x)); } int inc(int x) { return x + 1; } printf("%d", twice(inc, 1));`,
    prints: '3',
  },
  {
    code: s`int (*pick(int n))(const char *) { return n ? puts : 0; } pick(1)("picked");`,
    prints: 'picked\n',
    last: 'pick(1)("picked")',
  },
  { code: s`#define SQ(x) ((x) * (x)) \n printf("%d", SQ(5));`, prints: '25' },
  { code: s`#define SQ(x) ((x) * (x))\nint main(void) { printf("%d", SQ(5)); }`, prints: '25' },
  {
    code: s`#define STR(x) #x\n#define XSTR(x) STR(x)\n#define N 42\nputs(XSTR(N));`,
    prints: '42\n',
  },
  {
    code: s`#define MAX(a,b) ((a) > (b) ? (a) : (b)) \n int x = MAX(3, 4); printf("%d", x);`,
    prints: '4',
  },
  {
    code: s`#define each(i, n) for (int i = 0; i < (n); i++) \n each(i, 3) { printf("%d", i); }`,
    prints: '012',
  },
  {
    code: s`#define BEGIN { \n #define END } \n int main(void) BEGIN puts("x"); END`,
    prints: 'x\n',
  },
  { code: s`#include <stdio.h> int main(void) { puts("inc"); return 0; }`, prints: 'inc\n' },
  { code: s`#include <stdio.h>\n#include <string.h>\nprintf("%zu", strlen("four"));`, prints: '4' },
  {
    code: s`#include <stdio.h> #include <stdlib.h> int x = abs(-4); printf("%d", x);`,
    prints: '4',
  },
  {
    code: s`int x; #ifdef __linux__ \n x = 1; #else \n x = 2; #endif \n printf("%d", x);`,
    prints: '1',
  },
  {
    code: s`#if 1 \n int f(void) { \n #else \n int f(int a) { \n #endif \n return 1; } printf("%d", f());`,
    prints: '1',
  },
  { code: s`printf("%s\n", _Generic(1.0, int: "int", double: "double"));`, prints: 'double\n' },
  {
    code: s`#define type(x) _Generic((x), int: "int", char *: "string", default: "other") \n puts(type("a")); puts(type('a'));`,
    prints: 'string\nint\n',
  },
  { code: s`_Static_assert(sizeof(int) == 4, "int"); puts("ok");`, prints: 'ok\n' },
  { code: s`char *s = "a;b{c}d\\n"; puts(s);`, prints: 'a;b{c}d\\n\n' },
  { code: s`char c = '{'; printf("%c%c%c", c, '"', '\'');`, prints: `{"'` },
  { code: s`printf("%s" /* a { comment */ "\n", "x"); // the end }`, prints: 'x\n' },
  { code: s`// comment \n puts("after");`, prints: 'after\n' },
  { code: s`puts("don't"); /* don't */ puts("can't");`, prints: `don't\ncan't\n` },
  { code: s`int x = 10; printf("%d %d", x++, 1);`, prints: '10 1' },
  { code: s`int x = 5; int *p = &x; *p += 2; printf("%d %d", *p, x - -1);`, prints: '7 8' },
  { code: s`double d = sqrt(2); printf("%.3f %.2f", d, pow(2, 0.5));`, prints: '1.414 1.41' },
  {
    code: s`double complex z = 1 + 2 * I; printf("%.1f %.1f", creal(z), cimag(z));`,
    prints: '1.0 2.0',
  },
  { code: s`printf("%d %d", INT_MAX, CHAR_BIT);`, prints: '2147483647 8' },
  { code: s`uint8_t x = 255; x++; printf("%" PRIu8 "\n", x);`, prints: '0\n' },
  { code: s`bool b = true; printf("%d", b);`, prints: '1' },
  {
    code: s`char *s = malloc(6); strcpy(s, "hello"); s[0] = toupper(s[0]); puts(s); free(s);`,
    prints: 'Hello\n',
    last: 'free(s)',
  },
  {
    code: s`int cmp(const void *a, const void *b) { return *(int *)a - *(int *)b; } int a[] = { 3, 1, 2 }; qsort(a, 3, sizeof *a, cmp); for (int i = 0; i < 3; i++) printf("%d", a[i]);`,
    prints: '123',
  },
  {
    code: s`int sum(int n, ...) { va_list ap; va_start(ap, n); int t = 0; while (n--) t += va_arg(ap, int); va_end(ap); return t; } printf("%d", sum(3, 1, 2, 3));`,
    prints: '6',
  },
  {
    code: s`jmp_buf b; if (setjmp(b) == 0) longjmp(b, 1); else puts("jumped");`,
    prints: 'jumped\n',
  },
  {
    code: s`switch (3) { case 1: puts("one"); break; case 3: puts("three"); break; default: puts("other"); }`,
    prints: 'three\n',
  },
  { code: s`int i = 0; loop: if (i < 3) { printf("%d", i++); goto loop; }`, prints: '012' },
  {
    code: s`static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } printf("%d", fib(10));`,
    prints: '55',
  },
  {
    code: s`int outer(int x) { int inner(int y) { return x + y; } return inner(1); } printf("%d", outer(2));`,
    prints: '3',
    options: ['-std=gnu11'],
  },
  {
    code: s`int x = ({ int y = 3; y * 2; }); printf("%d", x);`,
    prints: '6',
    options: ['-std=gnu11'],
  },
  { code: s`int main() <% int a<:2:> = <%1, 2%>; printf("%d", a<:1:>); %>`, prints: '2' },
  { code: s`printf("%s", "??="); puts(" ??/"x");`, prints: '# "x\n' },
  { code: s`int index = 3; int y1 = 4; printf("%d", index + y1);`, prints: '7' },
  { code: s`int read(int x) { return x; } printf("%d", read(2));`, prints: '2' },
  { code: s`void print(int x) { printf("%d", x); } print(3);`, prints: '3' },
  {
    code: s`struct node { int v; struct node *next; } a = { 1, 0 }, b = { 2, &a }; for (struct node *p = &b; p; p = p->next) printf("%d", p->v);`,
    prints: '21',
  },
  { code: s`int m[2][2] = { { 1, 2 }, { 3, 4 } }; printf("%d", m[1][0]);`, prints: '3' },
  { code: s`char buf[10]; snprintf(buf, sizeof buf, "%d-%d", 1, 2); puts(buf);`, prints: '1-2\n' },
  { code: s`int a = 6, b = 3; printf("%d %d %d", a&b, a|b, a^b);`, prints: '2 7 5' },
  { code: s`int a = 6, n = 1; printf("%d", a|n);`, prints: '7' },
  { code: s`int a = 7, b = 2; printf("%d %d %d", a/b, a%b, a<<b);`, prints: '3 1 28' },
  {
    code: s`float f = 1.5e+3f; printf("%.0f %x", f, 0xE +1);`,
    prints: '1500 f',
    options: ['-std=c11', '-w'],
  },
  {
    code: s`struct tm t = { .tm_year = 100, .tm_mday = 1 }; char b[20]; strftime(b, sizeof b, "%Y", &t); puts(b);`,
    prints: '2000\n',
  },
  { code: s`int x = 3 ? 1 : 2; (void)x; puts("done");`, prints: 'done\n' },
  { code: s`int x = 16; sizeof (int)`, prints: '', last: 'sizeof(int)' },
  { code: s`int x = 5; x + 1`, prints: '', last: 'x + 1' },
  { code: s`int x = 5; x+1;`, prints: '', last: 'x + 1' },
  { code: s`strlen("hello")`, prints: '', last: 'strlen("hello")' },
  { code: s`int x = 1, y = 3; x ^= y`, prints: '', last: 'x ^= y' },
  { code: s`int x = 5; x = 6;`, prints: '' },
  { code: s`int x = 5`, prints: '' },
  { code: s`4 * 4`, prints: '', last: '4 * 4' },
  { code: s`int f(int x) { return x * x; } f(3)`, prints: '', last: 'f(3)' },
  {
    code: s`auto x = 5; constexpr int n = 2; printf("%d %d", x, n + true);`,
    prints: '5 3',
    standard: 'c2x',
    options: ['-Dconstexpr=const'],
  },
  {
    code: s`const char8 = 3; int register x = 2; printf("%d", x);`,
    prints: '2',
    standard: 'c89',
    options: ['-w'],
  },
];

export const typedCpp: readonly Typed[] = [
  { code: s`cout << "hi" << endl;`, prints: 'hi\n' },
  { code: s`std::cout << 1 + 2 << '\n'`, prints: '3\n' },
  { code: s`printf("hi\n");`, prints: 'hi\n' },
  { code: s`#include <iostream> int main() { std::cout << "x\n"; }`, prints: 'x\n' },
  { code: s`#include <iostream>\nusing namespace std; cout << 5;`, prints: '5' },
  { code: s`auto f = [](int x) { return x * 2; }; cout << f(21);`, prints: '42' },
  { code: s`int n = 3; [&] { n++; }(); cout << n;`, prints: '4' },
  {
    code: s`template <typename T> T add(T a, T b) { return a + b; } cout << add(1, 2) << add<string>("a", "b");`,
    prints: '3ab',
  },
  {
    code: s`template <class T = int> struct Box { T v; T get() const { return v; } }; Box<> b{3}; cout << b.get();`,
    prints: '3',
  },
  {
    code: s`vector<int> v{3, 1, 2}; sort(v.begin(), v.end()); for (auto x : v) cout << x;`,
    prints: '123',
  },
  {
    code: s`map<string, int> m; m["a"] = 1; for (const auto& p : m) cout << p.first << p.second;`,
    prints: 'a1',
  },
  {
    code: s`class A { int x; public: A(int y) : x(y) {} int get() const { return x; } }; A a(4); cout << a.get();`,
    prints: '4',
  },
  {
    code: s`struct A { int x; A(int); }; A::A(int v) : x{v} { cout << "made "; } A a(2); cout << a.x;`,
    prints: 'made 2',
  },
  {
    code: s`struct V { int x; }; V operator+(const V& a, const V& b) { return V{a.x + b.x}; } bool operator==(V a, V b) { return a.x == b.x; } cout << (V{1} + V{2}).x << (V{1} == V{1});`,
    prints: '31',
  },
  {
    code: s`struct F { int operator()(int x) const { return x + 1; } }; F f; cout << f(1);`,
    prints: '2',
  },
  { code: s`auto half(double x) -> double { return x / 2; } cout << half(3);`, prints: '1.5' },
  { code: s`namespace a { int x = 3; } cout << a::x;`, prints: '3' },
  {
    code: s`try { throw runtime_error("bad"); } catch (const exception& e) { cout << e.what(); }`,
    prints: 'bad',
  },
  { code: s`unique_ptr<int> p = make_unique<int>(7); cout << *p;`, prints: '7' },
  { code: s`cout << R"(a"b;{)" << "c"s;`, prints: 'a"b;{c' },
  {
    code: s`stringstream ss("1 2 3"); int x, t = 0; while (ss >> x) t += x; cout << t;`,
    prints: '6',
  },
  {
    code: s`string s = "abc"; reverse(s.begin(), s.end()); cout << s << s.size();`,
    prints: 'cba3',
  },
  { code: s`tuple<int, string> t{1, "x"}; cout << get<0>(t) << get<1>(t);`, prints: '1x' },
  {
    code: s`cout << is_same<int, int>::value << numeric_limits<int>::max();`,
    prints: '12147483647',
  },
  {
    code: s`vector<vector<int>> v(2, vector<int>(2, 1)); cout << accumulate(v[0].begin(), v[0].end(), 0);`,
    prints: '2',
  },
  {
    code: s`constexpr int sq(int x) { return x * x; } static_assert(sq(3) == 9, ""); cout << sq(4);`,
    prints: '16',
  },
  { code: s`set<int> a{1, 2}; cout << a.count(1) << 1'000;`, prints: '11000' },
  {
    code: s`function<int(int)> f = [&f](int n) { return n < 2 ? 1 : n * f(n - 1); }; cout << f(5);`,
    prints: '120',
  },
  { code: s`int x = 5; x * 2`, prints: '', last: 'x * 2' },
  { code: s`using T = int; T f(T a) { return a; } cout << f(2);`, prints: '2' },
  { code: s`cout << std::regex_replace(std::string("aab"), std::regex("a+"), "x");`, prints: 'xb' },
  {
    code: s`auto r = views::iota(1, 4) | views::transform([](int x) { return x * x; }); for (int x : r) cout << x;`,
    prints: '149',
    options: ['-std=c++20'],
  },
  {
    code: s`template <typename T> concept Num = is_integral_v<T>; template <Num T> T f(T x) { return x; } cout << f(3);`,
    prints: '3',
    options: ['-std=c++20'],
  },
];
