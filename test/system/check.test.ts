import { afterAll, describe, expect, inject, test } from 'vitest';
import { Clients, textOf } from '../support/clients.js';

const environment = inject('machine');
const clients = new Clients(environment);

afterAll(() => clients.close());

const succeeded = { $case: 'exitCode', value: 0 };

/** What is right prints; what is wrong would print first, if it ran. The error stands in line 2. */
const codes: readonly (readonly [language: string, right: string, wrong: string, text: RegExp])[] =
  [
    ['sh', 'echo right', 'echo ran\nif fi', /2: .*"fi" unexpected/],
    ['bash', 'echo right', 'echo ran\na=(1', /line 2: /],
    [
      'python3',
      'print("right")',
      'print("ran")\nprint(',
      /File "program.py", line 2\n[^]*SyntaxError/,
    ],
    ['perl', 'print "right\\n";', 'print "ran";\nif (1) { ]', /syntax error at program\.pl line 2/],
    ['lua', 'print("right")', 'print("ran")\nend', /program\.lua:2: /],
    [
      'javascript',
      'console.log("right")',
      'console.log("ran");\nlet;let 1',
      /program\.js:2\n[^]*SyntaxError/,
    ],
  ];

describe('code of an interpreted language that is checked first', () => {
  test.each(codes)(
    'code in %s that is right runs, and the check leaves no file',
    async (language, right) => {
      const result = await clients.execute({
        language,
        code: right,
        check: true,
        outputFiles: ['**'],
      });
      expect(result.compile?.outcome).toEqual(succeeded);
      expect(textOf(result.run?.stdout)).toBe('right\n');
      expect(result.files).toHaveLength(1);
    },
  );

  test.each(codes)(
    'an error of syntax in %s is a result of the compile phase, and nothing runs',
    async (...code) => {
      const [language, , wrong, text] = code;
      const { compile, run } = await clients.execute({ language, code: wrong, check: true });
      expect(compile?.outcome).toMatchObject({ $case: 'exitCode' });
      expect(compile?.outcome).not.toEqual(succeeded);
      expect(textOf(compile?.stderr)).toMatch(text);
      expect(textOf(compile?.stdout)).toBe('');
      expect(run).toBeUndefined();
    },
  );

  test('code without a check has one phase', async () => {
    const { compile, run } = await clients.execute({ language: 'sh', code: 'echo right' });
    expect(compile).toBeUndefined();
    expect(textOf(run?.stdout)).toBe('right\n');
  });

  test('code of a compiled language is compiled as ever', async () => {
    const code = '#include <stdio.h>\nint main(void) { puts("right"); return 0; }\n';
    const { compile, run } = await clients.execute({ language: 'c11', code, check: true });
    expect(compile?.command[0]).toBe('gcc');
    expect(textOf(run?.stdout)).toBe('right\n');
  });
});
