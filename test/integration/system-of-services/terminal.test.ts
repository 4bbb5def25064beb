import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutputStream, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { InteractSession } from '../../support/interact-session.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const terminal = { rows: 30, columns: 100 };

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

function begin(code: string, more: Partial<Program> = {}): InteractSession {
  const session = new InteractSession(system.executor);
  const value = Program.fromPartial({ language: 'sh', code, terminal, ...more });
  session.say({ $case: 'program', value });
  return session;
}

describe('a program with a terminal', () => {
  test('a program with a terminal knows its size and kind, and prints all on one stream', async () => {
    const code = 'stty size; echo "$TERM"; test -t 2 && echo error >&2';
    const result = await system.run(code, { terminal });
    expect(outputOf(result)).toBe('30 100\r\nxterm-256color\r\nerror\r\n');
    expect(result.run?.stderr?.totalBytes).toBe(0n);
  });

  test('a program with a terminal can get a terminal of another kind', async () => {
    const result = await system.run('echo "$TERM"', { terminal, environment: { TERM: 'dumb' } });
    expect(outputOf(result)).toBe('dumb\r\n');
  });

  test('a program without a terminal has pipes, and no kind of terminal', async () => {
    expect(outputOf(await system.run('test -t 1 || echo "pipe $TERM"'))).toBe('pipe \n');
  });

  test('a program with a terminal is compiled without one', async () => {
    const code = '#include <unistd.h>\nint main(void) { return isatty(0) ? 7 : 8; }';
    const result = await system.run(code, { language: 'c11', terminal });
    expect(result.run?.outcome).toEqual({ $case: 'exitCode', value: 7 });
  });

  test('a program with a terminal sees what is typed, learns of a new size, and can be interrupted', async () => {
    const session = begin(
      'trap "stty size" WINCH; trap "echo interrupted; exit 5" INT; read x; echo "got $x"; while :; do sleep 0.05; done',
    );
    await session.output('');
    session.say({ $case: 'stdin', value: Buffer.from('one\n') });
    await session.output('one\r\ngot one\r\n');
    session.say({ $case: 'resize', value: { rows: 50, columns: 132 } });
    await session.output('one\r\ngot one\r\n50 132\r\n');
    session.say({ $case: 'signal', value: 'SIGINT' });
    expect((await session.result()).run?.outcome).toEqual({ $case: 'exitCode', value: 5 });
    expect(session.text).toContain('interrupted');
  });

  test('a program with a terminal reads the end of its input', async () => {
    const session = begin('cat; echo over');
    session.say({ $case: 'stdin', value: Buffer.from('line\n') });
    session.say({ $case: 'endOfInput', value: {} });
    expect((await session.result()).run?.outcome).toEqual({ $case: 'exitCode', value: 0 });
    expect(session.text).toBe('line\r\nline\r\nover\r\n');
  });

  test('a program with a terminal that is ended leaves its slot to the next', async () => {
    const session = begin('echo up; sleep 60');
    await session.output('up\r\n');
    session.call.cancel();
    await session.error();
    await waitFor('the end of the program', async () => (await system.running()) === 0);
    expect(outputOf(await system.run('tty', { terminal }))).toMatch(/^\/dev\/pts\/\d+\r\n$/);
  });

  test('a program with a terminal prints more than anybody holds', async () => {
    const result = await system.run('seq 100000', { terminal });
    expect(outputOf(result).split('\r\n')).toHaveLength(100_001);
  });
});

describe('a size', () => {
  test.each([
    [{ rows: 0, columns: 80 }, 'program.terminal.rows'],
    [{ rows: 24, columns: 1001 }, 'program.terminal.columns'],
  ])('a size of %o is refused and names the field', async (size, field) => {
    const error = await system.errorOf('true', { terminal: size });
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });

  test.each([
    ['out of range', { terminal }, { rows: 0, columns: 1 }, 'resize.rows'],
    ['for a program on pipes', { terminal: undefined }, terminal, 'resize'],
  ])('a size that is new and %s ends the program', async (_, more, size, field) => {
    const session = begin('echo ready; sleep 60', more);
    await waitFor('the start', () => session.text.startsWith('ready'));
    session.say({ $case: 'resize', value: size });
    const error = await session.error();
    expect(error.violations[0]?.field).toBe(field);
    await waitFor('the end of the program', async () => (await system.running()) === 0);
  });
});

test('each stream but stdout stays empty', async () => {
  const session = begin('echo out; echo err >&2');
  const { run } = await session.result();
  expect(session.text).toBe('out\r\nerr\r\n');
  expect(session.streams).toEqual(new Set([OutputStream.STDOUT]));
  expect(run?.stdout?.totalBytes).toBe(10n);
});
