import { describe, expect, inject, test } from 'vitest';
import { sendLine } from '../support/line-client.js';

const port = Number(inject('machine').PBOTVM_SERVER);

async function say(code: string): Promise<string> {
  return (await sendLine(port, code)).trimEnd();
}

describe.for(['c11', 'clang', 'c++'])('a program in %s', (language) => {
  test('a program that prints nothing is answered by values', async () => {
    expect(await say(`-lang=${language} int x = 16; int y = x / 3;`)).toBe(
      'no output: x = 16; y = 5',
    );
  });

  test('a program that prints nothing is answered by the value of its last expression', async () => {
    expect(await say(`-lang=${language} -w int x = 16; x + 1`)).toBe('no output: x + 1 = 17');
  });

  test('a crash is explained after the output that came before it', async () => {
    const answer = await say(
      `-lang=${language} -w void f(int *p) { int z = 3; *p = z; } printf("so far"); f(0);`,
    );
    expect(answer).toMatch(
      /so far\s+Program received signal SIGSEGV, Segmentation fault in f \(p=0x0\) at statement: \*p = z; called by main \(.*\) at statement: f\(0\); <local variables: z = 3>$/,
    );
  });
});

describe('a program in C', () => {
  test.for([
    [
      'abort();',
      /Program received signal SIGABRT, Aborted in .* called by main \(.*\) at statement: abort\(\);/,
    ],
    [
      'int z = 0; printf("%d", 5 / z);',
      /Program received signal SIGFPE, Arithmetic exception in main/,
    ],
    ['__builtin_trap();', /Program received signal SIGILL, Illegal instruction in main/],
    [
      'int f(int n) { return f(n + 1) + 1; } f(1);',
      /SIGSEGV, Segmentation fault in f .* called by \.\.\./,
    ],
    ['assert(1 == 2);', /Program received signal SIGABRT, Aborted in .* called by main/],
  ] as const)('a crash is explained by its signal: %s', async ([code, answer]) => {
    expect(await say(`-lang=c11 -w ${code}`)).toMatch(answer);
  });

  test('the macros of the debugger are answered in the output', async () => {
    expect(await say('-lang=c11 -w int i = 1; watch(i); print(i + 1); ptype(i); i = 5;')).toMatch(
      /^\s*i \+ 1 = 2\s+i = int\s+i = 5$/,
    );
  });

  test('binary numbers are printed', async () => {
    expect(await say(`-lang=c11 -w printf("%#'b", 1234567);`)).toBe(
      '0001.0010.1101.0110.1000.0111',
    );
  });

  test('nothing is left of a crash for the next program', async () => {
    await say('-lang=c11 -w *(int *)0 = 1;');
    expect(await say('-lang=sh ls -A /home/build /tmp; ls -A | grep -c core')).toContain('0');
  });
});
