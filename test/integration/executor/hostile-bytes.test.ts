import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TestProcess } from '../../support/process.js';
import { executor, expectService, garbage, guest, megabyte, port, sent } from './hostile-scene.js';

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

/** In kilobytes. */
async function residentKb(service: TestProcess): Promise<number> {
  const status = await readFile(`/proc/${service.child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** Of each round, the median while garbage is exchanged. */
async function medianKbOf(rounds: number): Promise<number[]> {
  const medians: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const samples: number[] = [];
    const timer = setInterval(() => void residentKb(executor).then((kb) => samples.push(kb)), 50);
    await exchangeGarbage(100 * megabyte);
    clearInterval(timer);
    samples.sort((a, b) => a - b);
    medians.push(samples[Math.floor(samples.length / 2)] ?? Number.NaN);
  }
  return medians;
}

describe('an Executor that is sent garbage', () => {
  it('an Executor that is sent garbage by hundreds of megabytes from each side does not grow', async () => {
    // A process that has just started grows to its usual size first.
    await medianKbOf(4);
    // Single rounds differ by more than what is looked for; what is kept of each would add up.
    const first = await medianKbOf(3);
    await medianKbOf(4);
    const last = await medianKbOf(3);
    expect(Math.min(...last)).toBeLessThan(1.05 * Math.max(...first));
    await expectService();
  }, 240_000);
});
