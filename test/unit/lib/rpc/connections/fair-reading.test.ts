import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { FairReading } from '../../../../../services/lib/rpc/connections/fair-reading.js';

let time = 0;

const start = () => {
  const socket = new PassThrough();
  const received: number[] = [];
  const receive = (bytes: Buffer) => received.push(bytes.length);
  const reading = new FairReading(socket as unknown as Socket, receive, () => time);
  return { socket, reading, received };
};

/** A stream gives what was written in the next tick. */
const nextTick = () => new Promise((resolve) => process.nextTick(resolve));

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const kibibytes = (count: number) => Buffer.alloc(count * 1024);

it('little is received at once', async () => {
  const { socket, received } = start();
  for (let i = 0; i < 4; i += 1) socket.write(kibibytes(1));
  await nextTick();
  expect(received).toEqual([1024, 1024, 1024, 1024]);
});

it('a socket that sends a little each second needs no turn, however long it does', async () => {
  const { socket, received } = start();
  for (let second = 1; second <= 100; second += 1) {
    time += 1000;
    socket.write(kibibytes(8));
    await nextTick();
    expect(received).toHaveLength(second);
  }
});

it('a socket that sends much is read in its turn, and in order', async () => {
  const { socket, received } = start();
  for (const count of [1, 64, 2]) socket.write(kibibytes(count));
  await nextTick();
  expect(received).toEqual([1024]);
  expect(socket.isPaused()).toBe(true);
  await nextTurn();
  await nextTurn();
  expect(received).toEqual([1024, 64 * 1024, 2048]);
});

it('sockets that send much at the same moment have a turn of the event loop each', async () => {
  const all = [start(), start(), start()];
  for (const { socket } of all) socket.write(kibibytes(64));
  const counts: number[] = [];
  while (counts.at(-1) !== all.length) {
    await nextTurn();
    counts.push(all.filter(({ received }) => received.length > 0).length);
  }
  expect([...new Set(counts.filter((count) => count > 0))]).toEqual([1, 2, 3]);
});

it('a socket whose reader wants no more stays paused when its turn has come', async () => {
  const { socket, reading, received } = start();
  socket.write(kibibytes(64));
  await nextTick();
  reading.pause();
  socket.write(kibibytes(1));
  await nextTurn();
  await nextTurn();
  expect(received).toEqual([64 * 1024]);
  reading.resume();
  await nextTurn();
  expect(received).toEqual([64 * 1024, 1024]);
});

it('a socket that was destroyed, and a reader that has stopped, receive nothing', async () => {
  const destroyed = start();
  destroyed.socket.write(kibibytes(64));
  await nextTick();
  destroyed.socket.destroy();
  const stopped = start();
  stopped.reading.stop();
  stopped.socket.write(kibibytes(1));
  stopped.socket.resume();
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect([destroyed.received, stopped.received]).toEqual([[], []]);
});
