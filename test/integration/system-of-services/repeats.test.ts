import { afterAll, beforeAll, expect, test } from 'vitest';
import { Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { outputOf, TestSystem } from '../../support/system.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({}, { capacity: 2 });
  await system.startAll();
});

afterAll(() => system.stop());

test('a request that is repeated joins its execution, and gets its result after that', async () => {
  const more = { requestId: 'joined', joinRepeats: true };
  const code = 'sleep 1; cat /proc/sys/kernel/random/uuid';
  const [first, second] = await Promise.all([system.run(code, more), system.run(code, more)]);
  expect(first.executionId).not.toBe('');
  expect(second).toEqual(first);
  expect(await system.run(code, more)).toEqual(first);
  const { joinRepeats: _, ...alone } = more;
  expect(outputOf(await system.run(code, alone))).not.toBe(outputOf(first));
});

test('a request id that was used for another program is INVALID_ARGUMENT, and a stream joins nothing', async () => {
  const more = { requestId: 'used', joinRepeats: true };
  await system.run('echo one', more);
  await expect(system.run('echo two', more)).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
  const program = Program.fromPartial({ language: 'sh', code: 'echo one', ...more });
  const stream = system.executor.streamExecute({ program });
  await expect(stream.next()).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
});
