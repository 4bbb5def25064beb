// Finds free TCP ports for a test.

import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below the range that Linux takes the ports of outgoing connections from: one of those could come in between. */
const range = { from: 10_000, to: 32_768 };

/** TCP ports of 127.0.0.1 that nobody listens on. They are held together, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(range.from, range.to);
    const server = await listen(port);
    if (server !== undefined) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((end) => server.close(end))));
  return [...held.keys()];
}

/** The first of so many ports in a row that nobody listens on. */
export async function freePortsInARow(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(range.from, range.to - count);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    const held = await Promise.all(ports.map(listen));
    await Promise.all(held.map((server) => new Promise((end) => server?.close(end) ?? end(true))));
    if (!held.includes(undefined)) return first;
  }
}

/** `undefined` where somebody listens already. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}
