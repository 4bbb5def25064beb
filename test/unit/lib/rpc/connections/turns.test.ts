import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Turns } from '../../../../../services/lib/rpc/connections/turns.js';

let time = 0;
const now = () => time;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that takes some time, and tells that it was done. */
const start = (options = {}) => {
  const turns = new Turns({ now, ...options });
  const done: string[] = [];
  const take = (name: string, tookMs: number) =>
    turns.take(() => {
      time += tookMs;
      done.push(name);
    });
  return { turns, done, take };
};

const wait = (ms: number) => {
  time += ms;
  vi.advanceTimersByTime(ms);
};

it('each piece of work has a turn of its own, in the order of their coming', async () => {
  const { done, take } = start();
  for (const name of ['a', 'b', 'c']) take(name, 0);
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['a']);
  await nextTurn();
  expect(done).toEqual(['a', 'b']);
  await nextTurn();
  expect(done).toEqual(['a', 'b', 'c']);
});

it('work that makes work waits behind all that waits already', async () => {
  const { turns, done, take } = start();
  turns.take(() => take('made', 0));
  take('old', 0);
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect(done).toEqual(['old', 'made']);
});

it('others have four times what a piece of work has taken before the next begins', async () => {
  const { done, take } = start();
  take('a', 10);
  take('b', 1);
  take('c', 1);
  await nextTurn();
  wait(39);
  expect(done).toEqual(['a']);
  wait(1);
  expect(done).toEqual(['a', 'b']);
  wait(4);
  expect(done).toEqual(['a', 'b', 'c']);
});

it('a piece that comes soon after a long one waits, too', async () => {
  const { done, take } = start();
  take('long', 10);
  await nextTurn();
  take('next', 1);
  await nextTurn();
  expect(done).toEqual(['long']);
  wait(40);
  expect(done).toEqual(['long', 'next']);
});

it('a piece that waits alone is not held up where it need not be', async () => {
  const { done, take } = start({ isPausedAlone: false });
  take('long', 10);
  await nextTurn();
  take('next', 1);
  await nextTurn();
  expect(done).toEqual(['long', 'next']);
});
