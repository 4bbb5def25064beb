// Garbage for an Executor from its clients and from a guest at the same time, and what memory the Executor has meanwhile.

import { connect } from 'node:net';
import { residentMiB } from '../../support/resident-memory.js';
import { executor, garbage, guest, megabyte, port, sent } from './hostile-scene.js';

/** Bytes that a client sends to port 9000 in one connection. */
const clientGarbage = {
  'a line that never ends': Buffer.alloc(megabyte, 'x'),
  'lines of garbage': garbage.map((byte) => (byte === 0 ? 0x0a : byte)),
  'a JSON object that is too long': Buffer.concat([
    Buffer.from('{"code": "'),
    Buffer.alloc(7 * megabyte, '\\n'),
    Buffer.from('"}\n'),
  ]),
  'JSON in JSON': Buffer.from(`{"code": ${'['.repeat(500_000)}\n`),
  'half of HTTP/2': Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), garbage]),
  'the beginning of TLS': Buffer.concat([Buffer.of(0x16, 0x03, 0x01), garbage]),
};

/** @returns bytes that were taken before the connection ended */
function sendGarbage(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(socket.bytesWritten));
    socket.resume();
    socket.end(bytes);
  });
}

/** Garbage from both sides. */
async function exchangeGarbage(bytes: number): Promise<void> {
  const enough = sent(bytes);
  let fromClients = 0;
  let round = 0;
  guest.behave({
    onFrame: (host, body) => {
      if (body.$case !== 'hello') return;
      round += 1;
      // Every other session is opened first, so that the garbage is a fault.
      if (round % 2 === 0) host.ready();
      host.flood(() => garbage);
    },
  });
  const kinds = Object.values(clientGarbage);
  for (let i = 0; fromClients < bytes || !enough(); i += 1) {
    const kind = kinds[i % kinds.length];
    if (kind !== undefined) fromClients += await sendGarbage(kind);
  }
  guest.behave({});
}

/**
 * Lets garbage be exchanged, so much of it in each round from each side.
 *
 * @returns of each round the median of the memory, in kilobytes
 */
export async function medianKbOf(
  rounds: number,
  { megabytes }: { megabytes: number },
): Promise<number[]> {
  const medians: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const samples: number[] = [];
    const timer = setInterval(() => samples.push(residentMiB(executor.child.pid) * 1024), 50);
    await exchangeGarbage(megabytes * megabyte);
    clearInterval(timer);
    samples.sort((a, b) => a - b);
    medians.push(samples[Math.floor(samples.length / 2)] ?? Number.NaN);
  }
  return medians;
}
