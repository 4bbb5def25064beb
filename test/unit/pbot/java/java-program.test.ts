import fc from 'fast-check';
import { expect, it } from 'vitest';
import { javaProgram } from '../../../../services/pbot/java/java-program.js';

const wrapped = (code: string, how = {}) =>
  javaProgram(code, { noMain: false, noHeaders: false, ...how });

it('statements become the main method of a class', () => {
  expect(wrapped('int x = 1; System.out.println(x + 1)')).toBe(`import java.util.*;
class prog {
public static void main(String[] args) throws Exception {
int x = 1;
System.out.println(x + 1);
}
}
`);
});

it('methods stay in the class and classes outside of it', () => {
  const code =
    'int twice(int x) { return 2 * x; } class A { int y = 3; } System.out.println(twice(new A().y));';
  expect(wrapped(code)).toBe(`import java.util.*;
class prog {
static int twice(int x) { return 2 * x; }
public static void main(String[] args) throws Exception {
System.out.println(twice(new A().y));
}
}
class A { int y = 3; };
`);
});

it('a program with a main method stays as it is', () => {
  const code = 'class A { public static void main(String[] a) { System.out.println("hi"); } }';
  expect(wrapped(code)).toBe(`import java.util.*;\n${code}\n`);
  expect(wrapped(code, { noHeaders: true })).toBe(`${code}\n`);
});

it('imports of the code take the place of ours, and stand first', () => {
  expect(wrapped('System.out.println(List.of(1)); import java.util.List;')).toMatch(
    /^import java\.util\.List;\nclass prog \{\npublic static/,
  );
});

it('code is wrapped as it is where nothing is to be added', () => {
  expect(wrapped('x', { noMain: true, noHeaders: true })).toBe('x\n');
});

it('a comment up to the end of its line swallows nothing that follows', () => {
  expect(wrapped('int x = 1; // one\nSystem.out.println(x); // two')).toContain('// two\n');
});

it('operators and generics come through as they were', () => {
  const code = 'List<List<String>> a = new ArrayList<>(); int b = -1 >>> 3; Runnable r = () -> {};';
  expect(wrapped(code)).toContain(code.replaceAll('; ', ';\n'));
});

it('any text is wrapped, and no word of it is lost', () => {
  const word = fc.constantFrom(
    'class',
    'A',
    '{',
    '}',
    '(',
    ')',
    ';',
    'int',
    'f',
    '=',
    '"s"',
    ',',
    '//c\n',
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const text = wrapped(words.join(' '));
      for (const each of words) expect(text).toContain(each.trim());
    }),
  );
});
