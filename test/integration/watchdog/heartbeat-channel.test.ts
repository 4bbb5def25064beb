import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../../services/lib/config/address.js';
import { CleanupStack } from '../../../services/lib/process/cleanup.js';
import { systemClock } from '../../../services/lib/process/clock.js';
import { SocketHeartbeatChannel } from '../../../services/watchdog/heartbeat-channel.js';
import { Guest } from './guest.js';

let cleanup = new CleanupStack();

afterEach(async () => {
  await cleanup.run();
  cleanup = new CleanupStack();
});

describe('a heartbeat channel', () => {
  it('a channel over TCP brings an answer to each probe, and ends with a reset', async () => {
    const guest = await listen();
    const { channel, seen } = open({ kind: 'tcp', host: '127.0.0.1', port: guest.port });
    await seen('connected');
    channel.probe();
    await seen('beat');
    channel.close();
    await guest.until(() => guest.connections === 0);
    expect(guest.ends).toEqual(['reset']);
  });

  it('a channel over a Unix socket brings an answer to each probe, and ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heart-'));
    cleanup.defer(() => rm(folder, { recursive: true }));
    const path = join(folder, 'heart');
    const guest = await listen({ path });
    const { channel, seen } = open({ kind: 'unix', path });
    await seen('connected');
    channel.probe();
    await seen('beat');
    channel.close();
    await guest.until(() => guest.connections === 0);
  });

  it('a channel connects again after the other end has hung up', async () => {
    const guest = await listen();
    const { seen } = open({ kind: 'tcp', host: '127.0.0.1', port: guest.port });
    await seen('connected');
    guest.hangUp();
    await seen('closed');
    await seen('connected');
    guest.say('\n');
    await seen('beat');
    expect(guest.connects).toBe(2);
  });

  it('a channel keeps connecting while nobody listens yet', async () => {
    const port = await freePort();
    const { seen } = open({ kind: 'tcp', host: '127.0.0.1', port });
    await seen('closed');
    await seen('closed');
    await listen({ port });
    await seen('connected');
  });

  it('bytes without a newline are no beat', async () => {
    const guest = await listen();
    const { seen, events } = open({ kind: 'tcp', host: '127.0.0.1', port: guest.port });
    await seen('connected');
    guest.say('x'.repeat(1_000));
    guest.hangUp();
    await seen('closed');
    expect(events).not.toContain('beat');
  });

  it('a flood of bytes is read in small portions', async () => {
    const guest = await listen();
    const { seen, events } = open({ kind: 'tcp', host: '127.0.0.1', port: guest.port });
    await seen('connected');
    guest.say('\n'.repeat(1024 * 1024));
    await seen('beat');
    await seen('beat');
    guest.hangUp();
    await seen('closed');
    expect(events.filter((event) => event === 'beat').length).toBeLessThan(100);
  });

  it('a channel that is closed reports no more events', async () => {
    const guest = await listen();
    const { channel, seen, events } = open({ kind: 'tcp', host: '127.0.0.1', port: guest.port });
    await seen('connected');
    await guest.until(() => guest.connections === 1);
    guest.say('\n');
    channel.close();
    await guest.until(() => guest.connections === 0);
    expect(events).toEqual(['connected']);
  });
});

async function listen(where?: { port: number } | { path: string }): Promise<Guest> {
  const guest = await Guest.listen(where);
  cleanup.defer(() => guest.close());
  return guest;
}

/** An open channel, all its events so far, and a wait for the next one of a kind that was not waited for yet. */
function open(address: Address) {
  const events: string[] = [];
  const waiting: string[] = [];
  const news = new EventEmitter();
  const record = (event: string) => () => {
    events.push(event);
    waiting.push(event);
    news.emit('event');
  };
  const channel = new SocketHeartbeatChannel({
    address,
    clock: systemClock,
    listener: {
      onConnected: record('connected'),
      onBeat: record('beat'),
      onClosed: record('closed'),
    },
  });
  cleanup.defer(() => channel.close());
  channel.open();
  const seen = async (event: string) => {
    while (!waiting.includes(event)) await once(news, 'event');
    waiting.splice(0, waiting.indexOf(event) + 1);
  };
  return { channel, events, seen };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}
