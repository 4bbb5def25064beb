import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Inspection } from '../../../services/executor/admission/inspection.js';
import { createExecutor } from '../../../services/executor/create-executor.js';
import type { PhaseResult } from '../../../services/executor/execution/result.js';
import type { Executor } from '../../../services/executor/executor.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import { startGuest, type TestGuest } from '../../support/guest.js';
import { freePorts } from '../../support/ports.js';
import { waitFor } from '../../support/wait.js';
import { hasWatchpoints } from '../../support/watchpoints.js';

let guest: TestGuest;
let executor: Executor;

beforeAll(async () => {
  const [data, heart] = (await freePorts(2)) as [number, number];
  guest = await startGuest({ data, heart });
  executor = createExecutor({
    machines: [{ name: 'pbot-vm', dataAddress: { kind: 'tcp', host: '127.0.0.1', port: data } }],
    isSingleUse: false,
    reportFault: () => Promise.resolve('ignored'),
    limits: { maxCodeBytes: 65_536, timeLimitMs: 30_000, maxWaitMs: 0, table: builtInLimits },
    maxWaiting: 4,
    maxUnreadMs: 3000,
    log: pino({ level: 'silent' }),
  });
  executor.applyWatchdogState('pbot-vm', { state: 'ready', generation: 1, isPristine: true });
  await waitFor('the guest', () => executor.machines[0]?.isConnected === true);
});

afterAll(async () => {
  executor.close();
  await guest.stop();
});

const asMade: Inspection = { lastExpression: '', mainWasMade: true, usesMacros: false };

async function inspect(
  code: string,
  inspection: Partial<Inspection> | null = {},
  more: { language?: string; options?: string[]; stdin?: string } = {},
): Promise<PhaseResult & { text: string }> {
  const { run, compile } = await executor.execute({
    program: {
      language: more.language ?? 'c11',
      code,
      files: [],
      options: more.options ?? ['-w'],
      arguments: [],
      stdin: Buffer.from(more.stdin ?? ''),
      environment: {},
      timeLimitMs: undefined,
      maxOutputBytes: 0,
      maxKeptBytes: 0,
      requestId: '',
      requester: '',
      machine: '',
      check: false,
      outputFiles: [],
      inspection: inspection === null ? undefined : { ...asMade, ...inspection },
    },
    keepsOutput: true,
    sink: () => Promise.resolve(),
    signal: new AbortController().signal,
    client: { name: 'test', isKnown: false },
  });
  if (run === undefined) throw new Error(Buffer.from(compile?.stderr.data ?? []).toString());
  return { ...run, text: Buffer.from(run.stdout.data).toString() };
}

const main = (...lines: string[]) => `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char *argv[]) {
${lines.join('\n')}
return 0;
}
`;

const withMacros = (...lines: string[]) =>
  main(...lines).replace('int main', '#include <pbot-vm/candide.h>\nint main');

describe('a program that prints nothing', () => {
  test('a program that prints nothing reports the local variables of main', async () => {
    const { report } = await inspect(main('int x = 16;', 'int y = x / 3;', 'char s[] = "abc";'));
    expect(report).toBe('no output: x = 16; y = 5; s = "abc"');
  });

  test('a program that prints nothing reports the value of its last expression', async () => {
    const code = main('int x = 16;', 'x + 1;');
    expect(await inspect(code, { lastExpression: 'x + 1' })).toMatchObject({
      report: 'no output: x + 1 = 17',
    });
  });

  test('a program that prints nothing reports the value of a last expression that changes a variable, as the program would have had it', async () => {
    const code = main('int x = 16;', 'x ^= 1;');
    expect((await inspect(code, { lastExpression: 'x ^= 1' })).report).toBe(
      'no output: x ^= 1 = 17',
    );
  });

  test('a program that prints nothing takes a character of C for an int', async () => {
    const report = async (expression: string) =>
      (await inspect(main(`${expression};`), { lastExpression: expression })).report;
    expect(await report("'a'")).toBe("no output: 'a' = 97");
    expect(await report("sizeof 'a'")).toBe("no output: sizeof 'a' = 4");
  });

  test('a program that prints nothing reports its local variables where the last expression has no value', async () => {
    const code = main('int x = 3;', 'srand(x);');
    expect((await inspect(code, { lastExpression: 'srand(x)' })).report).toBe('no output: x = 3');
  });

  test('a program that prints nothing has its input a second time', async () => {
    const { report } = await inspect(main('int x;', 'scanf("%d", &x);'), {}, { stdin: '42\n' });
    expect(report).toBe('no output: x = 42');
  });

  test('a program that prints nothing reports nothing without variables, and nothing where it fails', async () => {
    expect(await inspect(main(''))).not.toHaveProperty('report');
    expect(await inspect(main('int x = 1;', 'return 3;'))).not.toHaveProperty('report');
  });

  test('a program that prints nothing is not run a second time where it has changed a file', async () => {
    const result = await inspect(main('int x = 1;', 'fclose(fopen("left", "w"));'));
    expect(result).not.toHaveProperty('report');
  });

  test('a program that prints nothing is not looked at unless that is asked for', async () => {
    expect(await inspect(main('int x = 1;'), null)).not.toHaveProperty('report');
  });
});

describe('a program that prints', () => {
  test('a program that prints prints at once and has no report', async () => {
    const result = await inspect(main('int x = 1;', 'printf("a");', '_exit(0);'));
    expect(result).toMatchObject({ text: 'a', outcome: { kind: 'exited', exitCode: 0 } });
    expect(result).not.toHaveProperty('report');
  });

  test('a program that prints prints binary numbers', async () => {
    const { text } = await inspect(
      main(
        `printf("%b %#b %#'b %8b %-8b| %08b %.6b %hhb %lb", 5, 5, 1234567, 5, 5, 5, 5, 511, 1ul << 40);`,
      ),
    );
    expect(text).toBe(
      `101 0101 0001.0010.1101.0110.1000.0111      101 101     | 00000101 000101 11111111 1${'0'.repeat(40)}`,
    );
  });

  test('a program that prints does not see what was loaded into it', async () => {
    expect((await inspect(main('printf("%d", getenv("LD_PRELOAD") == NULL);'))).text).toBe('1');
  });
});

describe('a program that crashes', () => {
  test('a program that crashes reports where it crashed and its variables, and ends by its signal', async () => {
    const code = `void f(int *p, int n) {\nint z = 3;\n*p = n;\n}\n${main('int *q = 0;', 'f(q, 5);')}`;
    const { report, outcome } = await inspect(code);
    expect(outcome).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
    expect(report).toMatch(
      /^Program received signal SIGSEGV, Segmentation fault in f \(p=0x0, n=5\) at statement: \*p = n; called by main \(argc=1, argv=0x[0-9a-f]+\) at statement: f\(q, 5\); <local variables: z = 3>$/,
    );
  });

  test('a program that crashes names the function of a library that the program has called', async () => {
    const { report } = await inspect(main('abort();'));
    expect(report).toMatch(
      /^Program received signal SIGABRT, Aborted in abort \(\) called by main \(.*\) at statement: abort\(\);$/,
    );
  });
});

const twice = 'int twice(int n) {\nreturn 2 * n;\n}\n';

const canWatch = await hasWatchpoints();
if (!canWatch)
  console.warn('Debug registers of this host do not work: watched variables are not tried.');

describe('a program with macros of the debugger', () => {
  test('a program with macros of the debugger has the answers in its output, and its own exit code', async () => {
    const { text, outcome } = await inspect(
      withMacros(
        'int i = 1;',
        'printf("a");',
        'print(i + 1);',
        'ptype(argv);',
        "whatis('a');",
        'print(nothing);',
        'printf("b");',
        'return 3;',
      ),
      { usesMacros: true },
    );
    expect(text).toBe(
      `a\ni + 1 = 2\n\nargv = char **\n\n'a' = int\n\nNo symbol "nothing" in current context.\nb`,
    );
    expect(outcome).toEqual({ kind: 'exited', exitCode: 3 });
  });

  test('a program with macros of the debugger shows each call of what is traced', async () => {
    const code = `${twice}${withMacros('trace(twice);', 'return twice(5) - 10;')}`;
    const { text } = await inspect(code, { usesMacros: true });
    expect(text.split('\n').filter(Boolean)).toEqual([
      'entered [1] twice (n=5)',
      'leaving [1] twice (n=5), returned 10',
    ]);
  });

  test.skipIf(!canWatch)(
    'a program with macros of the debugger shows each change of what is watched',
    async () => {
      const code = `${twice}${withMacros('int i = 0;', 'watch(i);', 'i = 5;', 'i = twice(i);')}`;
      const { text } = await inspect(code, { usesMacros: true });
      expect(text.split('\n').filter(Boolean)).toEqual(['i = 5', 'i = 10']);
    },
  );

  test('a program with macros of the debugger reports its crash after its output, and ends by its signal', async () => {
    const code = withMacros('int *p = 0;', 'print(p);', '*p = 1;');
    const { text, report, outcome } = await inspect(code, { usesMacros: true });
    expect(text).toBe('\np = 0x0\n');
    expect(report).toContain('SIGSEGV, Segmentation fault in main');
    expect(outcome).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });
});
