import { afterEach, expect, it, vi } from 'vitest';
import { Turns } from '../../../../../services/lib/rpc/connections/turns.js';

afterEach(() => {
  vi.useRealTimers();
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('each piece of work has a turn of its own, in the order of their coming', async () => {
  const turns = new Turns();
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) turns.take(() => done.push(name));
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['a']);
  await nextTurn();
  expect(done).toEqual(['a', 'b']);
  await nextTurn();
  expect(done).toEqual(['a', 'b', 'c']);
});

it('work that makes work waits behind all that waits already', async () => {
  const turns = new Turns();
  const done: string[] = [];
  turns.take(() => turns.take(() => done.push('made')));
  turns.take(() => done.push('old'));
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect(done).toEqual(['old', 'made']);
});

it('work that is paced waits while others wait, and not where it is alone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const turns = new Turns({ paceMs: 2 });
  const done: string[] = [];
  turns.take(() => done.push('alone'));
  await nextTurn();
  expect(done).toEqual(['alone']);
  turns.take(() => done.push('a'));
  for (const name of ['b', 'c']) turns.take(() => done.push(name));
  await nextTurn();
  expect(done).toEqual(['alone', 'a']);
  await nextTurn();
  expect(done).toEqual(['alone', 'a']);
  vi.advanceTimersByTime(2);
  expect(done).toEqual(['alone', 'a', 'b']);
  await nextTurn();
  expect(done).toEqual(['alone', 'a', 'b', 'c']);
});
