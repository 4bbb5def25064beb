import { afterAll, beforeAll, expect, test } from 'vitest';
import { Limit, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { residentMiB } from '../../support/resident-memory.js';
import { outputOf, TestSystem } from '../../support/system.js';

const mebibyte = 1024 * 1024;

/** As many as one execution may print, nearly. */
const floodBytes = 100 * mebibyte;

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_TIMEOUT: '60' }, { capacity: 2 });
  await system.startAll();
});

afterAll(() => system.stop());

function residentBytes(): Record<string, number> {
  const processes = {
    executor: system.service('executor').child.pid,
    'guest server': system.machine.guestPid,
  };
  return Object.fromEntries(
    Object.entries(processes).map(([name, pid]) => [name, residentMiB(pid) * mebibyte]),
  );
}

test('a program that prints 100 MiB to a client that hardly reads fills no memory, and its neighbours go on', async () => {
  const program = Program.fromPartial({
    language: 'sh',
    code: `head -c ${floodBytes} /dev/zero`,
    maxOutputBytes: BigInt(floodBytes),
  });
  await system.run('echo warm');
  const before = residentBytes();
  const messages = system.executor.streamExecute({ program });
  let received = 0;
  for (let i = 0; i < 20; i += 1) {
    const message = await messages.next();
    const event = message.done === true ? undefined : message.value.event;
    if (event?.$case === 'output') received += event.value.data.length;
    expect(outputOf(await system.run(`echo ${i}`))).toBe(`${i}\n`);
  }
  // What is on its way: credit of 1 MiB in each, gRPC's windows, and what Node.js keeps for the next time.
  for (const [name, bytes] of Object.entries(residentBytes())) {
    expect(bytes - (before[name] ?? 0), name).toBeLessThan(0.25 * floodBytes);
  }
  expect(received).toBeLessThan(0.1 * floodBytes);
  for await (const { event } of messages) {
    if (event?.$case === 'output') received += event.value.data.length;
  }
  expect(received).toBe(floodBytes);
  for (const [name, bytes] of Object.entries(residentBytes())) {
    expect(bytes - (before[name] ?? 0), name).toBeLessThan(0.5 * floodBytes);
  }
});

test('programs whose clients read nothing give up their slots to a client that waits, which is answered', async () => {
  const program = Program.fromPartial({
    language: 'sh',
    code: 'yes',
    requester: 'who reads nothing',
    maxOutputBytes: BigInt(floodBytes),
  });
  const floods = [1, 2].map(() => system.executor.streamExecute({ program }));
  for (const messages of floods) {
    // The first message says that it has a slot; what follows is left unread.
    const message = await messages.next();
    expect(message.value?.event?.$case).toBe('started');
  }
  expect(outputOf(await system.run('echo answered'))).toBe('answered\n');
  const limits = await Promise.all(
    floods.map(async (messages) => {
      let ended: Limit | undefined;
      for await (const { event } of messages) {
        if (event?.$case === 'finished') ended = event.value.run?.limit;
      }
      return ended;
    }),
  );
  expect(limits).toContain(Limit.CANCELLED);
});
