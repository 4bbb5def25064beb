import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Limit, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { InteractSession } from '../../support/interact-session.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const capacity = 4;

let system: TestSystem;
let directory: string;

beforeAll(async () => {
  system = await TestSystem.create({}, { capacity });
  await system.startAll();
});

afterAll(() => system.stop());

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-neighbours-'));
  return () => rmSync(directory, { recursive: true, force: true });
});

/** Waits for a file that the test makes. */
const untilThere = 'until [ -e "$1" ]; do sleep 0.02; done';

function program(code: string, more: Partial<Program> = {}): Program {
  return Program.fromPartial({ language: 'sh', code, ...more });
}

async function runs(count: number): Promise<void> {
  await waitFor(`${count} programs`, async () => (await system.running()) === count);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('programs at the same time on one machine', () => {
  test('programs at the same time on one machine are as many as it says, and whoever comes then waits', async () => {
    const gate = join(directory, 'gate');
    const numbers = Array.from({ length: capacity + 1 }, (_, i) => i);
    const results = numbers.map((i) =>
      system.run(`${untilThere}; echo ${i}`, { arguments: [gate] }),
    );
    await runs(capacity);
    writeFileSync(gate, '');
    expect((await Promise.all(results)).map(outputOf)).toEqual(numbers.map((i) => `${i}\n`));
  });

  test('programs at the same time on one machine have each its own output, input and end', async () => {
    const sessions = Array.from({ length: capacity }, () => new InteractSession(system.executor));
    for (const session of sessions) {
      session.say({ $case: 'program', value: program('read x; echo "got $x"; exit "$x"') });
    }
    await runs(capacity);
    for (const [i, session] of sessions.entries()) {
      session.say({ $case: 'stdin', value: Buffer.from(`${i}\n`) });
    }
    for (const [i, session] of sessions.entries()) {
      expect((await session.result()).run?.outcome).toEqual({ $case: 'exitCode', value: i });
      expect(session.text).toBe(`got ${i}\n`);
    }
  });

  test('programs at the same time on one machine come to their end before the machine is reverted for one that was too slow', async () => {
    const gate = join(directory, 'gate');
    const { generation } = await system.watched('a machine', () => true);
    const neighbour = system.run(`${untilThere}; echo whole`, { arguments: [gate] });
    await runs(1);
    const timeLimit = { seconds: 0n, nanos: 200_000_000 };
    expect((await system.run('sleep 60', { timeLimit })).run?.limit).toBe(Limit.WALL_TIME);
    const maxWait = { seconds: 0n, nanos: 0 };
    expect((await system.errorOf('echo new', { maxWait })).reason).toBe('MACHINE_NOT_READY');
    const next = system.run('echo next');
    expect((await system.watched('a machine', () => true)).generation).toBe(generation);
    writeFileSync(gate, '');
    expect(outputOf(await neighbour)).toBe('whole\n');
    await system.watched('a revert', (machine) => machine.generation > generation);
    expect(await next).toMatchObject({ generation: generation + 1 });
    await system.serving();
  });

  test('programs at the same time on one machine are lost with a guest that dies, and each says so', async () => {
    const outcomes = Promise.all([system.errorOf('sleep 60'), system.errorOf('sleep 60')]);
    await runs(2);
    await system.machine.killGuest();
    for (const { reason, metadata } of await outcomes) {
      expect([reason, metadata['execution']]).toEqual(['MACHINE_LOST', 'OUTCOME_UNKNOWN']);
    }
    await system.serving();
  });
});

describe('a client that goes away', () => {
  test('a client that goes away takes every process of its program with it, and leaves the others theirs', async () => {
    const gate = join(directory, 'gate');
    const neighbour = system.run(`${untilThere}; echo whole`, { arguments: [gate] });
    const session = new InteractSession(system.executor);
    const code = '(trap "" TERM HUP INT; sleep 600) & echo "$! $$"; wait';
    session.say({ $case: 'program', value: program(code) });
    const pids = await waitFor('the processes', () => {
      const words = /^(\d+) (\d+)\n$/.exec(session.text);
      return words === null ? undefined : [Number(words[1]), Number(words[2])];
    });
    await runs(2);
    expect(pids.map(isAlive)).toEqual([true, true]);
    session.call.cancel();
    await waitFor('their end', () => !pids.some(isAlive));
    await runs(1);
    writeFileSync(gate, '');
    expect(outputOf(await neighbour)).toBe('whole\n');
  });
});

describe('a client that does not read', () => {
  const bytes = 40_000_000;

  test('a client that does not read stops its own program and nobody else, and has all of it in the end', async () => {
    const mark = join(directory, 'written');
    const messages = system.executor.streamExecute({
      program: program(`head -c ${bytes} /dev/zero; : >"$1"`, {
        arguments: [mark],
        maxOutputBytes: BigInt(bytes),
        timeLimit: { seconds: 10n, nanos: 0 },
      }),
    });
    await messages.next();
    await runs(1);
    for (let i = 0; i < 20; i += 1) {
      expect(outputOf(await system.run(`echo ${i}`))).toBe(`${i}\n`);
    }
    expect(existsSync(mark)).toBe(false);
    let received = 0;
    for await (const { event } of messages) {
      if (event?.$case === 'output') received += event.value.data.length;
    }
    expect(received).toBe(bytes);
    expect(existsSync(mark)).toBe(true);
  });
});
