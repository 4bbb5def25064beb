import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serveLines } from '../../../../services/executor/api/line-connection.js';
import { Connection } from '../../../../services/lib/rpc/connections/connections.js';
import { MemoryBudget } from '../../../../services/lib/rpc/connections/memory-budget.js';
import { silentLog } from '../../lib/loopback.js';

const maxLineBytes = 200_000;

let directory: string;
let server: Server;
let unfinishedLines: MemoryBudget;
let connections: Connection[];
let answered: string[];

beforeEach(async () => {
  // Ends of connections wait for their turn in real time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-lines-'));
  unfinishedLines = new MemoryBudget(2 * maxLineBytes);
  connections = [];
  answered = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = new Connection(socket, () => 0);
    connections.push(connection);
    serveLines(connection, {
      answer: (line) => {
        answered.push(line);
        return Promise.resolve('');
      },
      maxLineBytes,
      unfinishedLines,
      log: silentLog,
    });
  });
  server.listen(join(directory, 'socket'));
  await once(server, 'listening');
});

afterEach(async () => {
  vi.useRealTimers();
  server.close();
  await rm(directory, { recursive: true });
});

/** Sends the beginning of a line, and waits until it is there. */
async function begin(bytes: number): Promise<Socket> {
  const socket = connect({ path: join(directory, 'socket') }).resume();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const [other] = await accepted;
  const arrived = once(other, 'data');
  socket.write('x'.repeat(bytes));
  await arrived;
  return socket;
}

it('the beginning of a line counts as a line where its client ends, and not where the client is gone', async () => {
  const polite = await begin(1);
  polite.end();
  await once(polite, 'close');
  expect(answered).toEqual(['x']);
  const rude = await begin(2);
  const closed = once(connections[1]?.socket ?? rude, 'close');
  connections[1]?.socket.destroy();
  await closed;
  expect(answered).toEqual(['x']);
});

it('a line that comes steadily is cut off all the same after 60 s', async () => {
  const socket = await begin(1);
  vi.advanceTimersByTime(59_000);
  expect(connections[0]?.socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1000);
  await once(socket, 'close');
  expect(unfinishedLines.usedBytes).toBe(0);
});

it('the largest of all beginnings of lines is cut off where they hold too much together', async () => {
  const large = await begin(190_000);
  const others = [await begin(60_000), await begin(60_000)];
  const closed = once(large, 'close');
  const last = await begin(120_000);
  await closed;
  expect(connections.map(({ socket }) => socket.destroyed)).toEqual([true, false, false, false]);
  for (const socket of [...others, last]) socket.destroy();
});
