import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { FairReading } from '../../../../../services/lib/rpc/connections/fair-reading.js';

class FakeSocket {
  isFlowing = true;

  pause(): void {
    this.isFlowing = false;
  }

  resume(): void {
    this.isFlowing = true;
  }
}

const start = () => {
  const socket = new FakeSocket();
  return { socket, reading: new FairReading(socket as unknown as Socket) };
};

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('a socket that has much to say waits for its next turn', async () => {
  const { socket, reading } = start();
  reading.read(Buffer.alloc(128 * 1024));
  expect(socket.isFlowing).toBe(true);
  reading.read(Buffer.alloc(1));
  expect(socket.isFlowing).toBe(false);
  reading.resume();
  expect(socket.isFlowing).toBe(false);
  await nextTurn();
  expect(socket.isFlowing).toBe(true);
  reading.read(Buffer.alloc(128 * 1024));
  expect(socket.isFlowing).toBe(true);
});

it('a socket whose reader wants no more stays paused when its turn has come', async () => {
  const { socket, reading } = start();
  reading.read(Buffer.alloc(200 * 1024));
  reading.pause();
  await nextTurn();
  expect(socket.isFlowing).toBe(false);
  reading.resume();
  expect(socket.isFlowing).toBe(true);
});
