import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { Limit } from '../../services/gen/pbot/vm/v1/executor.js';
import { Clients, textOf } from '../support/clients.js';

const clients = new Clients(inject('machine'));

afterAll(() => clients.close());
beforeEach(async () => {
  await clients.ready();
});

describe('a program that', () => {
  test('ignores every signal that it can is ended with its time limit', async () => {
    const { generation } = await clients.machine();
    const { run } = await clients.execute({
      code: 'trap "" HUP INT QUIT TERM; echo begun; while :; do sleep 1; done',
      timeLimit: seconds(1),
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect(textOf(run?.stdout)).toBe('begun\n');
    await clients.ready(generation);
    await expectHello();
  });

  test('forks without end has a result, and the next one has a machine', async () => {
    const { run } = await clients.execute({
      code: 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass',
      language: 'python3',
      timeLimit: seconds(3),
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    await clients.ready();
    await expectHello();
  });

  test('takes memory in many processes is told so, and costs nobody else anything', async () => {
    const { generation } = await clients.machine();
    const hog = 'x = []\\nwhile True: x.append(bytearray(10_000_000))';
    const { run } = await clients.execute({
      code: `for i in 1 2 3; do printf '${hog}' | python3 - & done; wait`,
    });
    expect(run?.limit).toBe(Limit.MEMORY);
    await expectHello();
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('prints without end is ended with its output limit, on both streams', async () => {
    const { generation } = await clients.machine();
    for (const code of ['yes', 'yes >&2', 'cat /dev/zero & cat /dev/zero >&2']) {
      const { run } = await clients.execute({ code, maxOutputBytes: 100_000n });
      expect(run?.limit).toBe(Limit.OUTPUT);
      const kept = (run?.stdout?.data.length ?? 0) + (run?.stderr?.data.length ?? 0);
      expect(kept).toBeLessThanOrEqual(200_000);
      expect(kept).toBeGreaterThanOrEqual(100_000);
    }
    await expectHello();
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('kills all that it may reaches itself at most, and the next one has a machine', async () => {
    const { run } = await clients.execute({ code: 'echo begun; kill -9 -1; sleep 1; echo over' });
    expect(textOf(run?.stdout)).toMatch(/^begun\n/);
    for (let i = 0; i < 3; i += 1) await expectHello();
  });

  test('fills the disk can do so for itself alone', async () => {
    const { run } = await clients.execute({
      // Bounded: where nothing else stops it, it would fill the disk of the host.
      code: 'for d in . /tmp /dev/shm; do head -c 1000000000 /dev/zero > $d/filler; done; echo over',
      timeLimit: seconds(50),
    });
    expect(textOf(run?.stdout)).toBe('over\n');
    expect(textOf(run?.stderr)).toContain('No space left on device');
    await clients.ready();
    const next = await clients.execute({
      code: 'head -c 1000000 /dev/zero > file && head -c 1000000 /dev/zero > /tmp/file && echo hello',
    });
    expect(textOf(next.run?.stderr)).toBe('');
    expect(textOf(next.run?.stdout)).toBe('hello\n');
    const c = await clients.execute({
      language: 'c11',
      code: '#include <stdio.h>\nint main(void) { puts("hello"); }',
    });
    expect(textOf(c.run?.stdout)).toBe('hello\n');
  });
});

describe('a busy machine is no dead machine', () => {
  test('while programs keep its processors busy longer than any heartbeat may be missed', async () => {
    const { generation, revertCount } = await clients.machine();
    const { run } = await clients.execute({
      code: 'for i in 1 2 3 4 5 6; do (while :; do :; done) & done; sleep 18; echo over',
    });
    expect(textOf(run?.stdout)).toBe('over\n');
    expect(run?.limit).toBe(Limit.UNSPECIFIED);
    await expectHello();
    expect(await clients.machine()).toMatchObject({ generation, revertCount });
  });
});

const seconds = (count: number) => ({ seconds: BigInt(count), nanos: 0 });

async function expectHello(): Promise<void> {
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stderr)).toBe('');
  expect(textOf(run?.stdout)).toBe('hello\n');
}
