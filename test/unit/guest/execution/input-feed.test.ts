import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { InputFeed } from '../../../../guest/server/execution/input-feed.js';

function start() {
  const consumed: number[] = [];
  const feed = new InputFeed((bytes) => consumed.push(bytes));
  return { feed, consumed };
}

/** A program's end of its standard input. */
function program(highWaterMark = 1024): PassThrough {
  return new PassThrough({ highWaterMark });
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function readAll(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const bytes = (text: string) => Buffer.from(text);

describe('standard input', () => {
  it('standard input is held until there is a program, then fed in order, then ended', async () => {
    const { feed, consumed } = start();
    feed.push(bytes('one '), false);
    feed.push(bytes('two '), false);
    expect(consumed).toEqual([]);
    const stream = program();
    feed.attach(stream);
    feed.push(bytes('three'), true);
    await expect(readAll(stream)).resolves.toBe('one two three');
    expect(consumed).toEqual([4, 4, 5]);
  });

  it('standard input that has ended before the program starts is end-of-file at once', async () => {
    const { feed, consumed } = start();
    feed.push(new Uint8Array(0), true);
    const stream = program();
    feed.attach(stream);
    await expect(readAll(stream)).resolves.toBe('');
    expect(consumed).toEqual([]);
  });

  it('standard input does not end by itself', async () => {
    const { feed } = start();
    const stream = program();
    feed.attach(stream);
    feed.push(bytes('one'), false);
    await settled();
    expect(stream.writableEnded).toBe(false);
  });

  it('standard input takes nothing after its end', async () => {
    const { feed, consumed } = start();
    feed.push(bytes('one'), true);
    feed.push(bytes('two'), false);
    const stream = program();
    feed.attach(stream);
    feed.push(bytes('three'), true);
    await expect(readAll(stream)).resolves.toBe('one');
    expect(consumed).toEqual([3]);
  });

  it('the input of a program that does not read gives no credit back', async () => {
    const { feed, consumed } = start();
    const stream = program(4);
    feed.attach(stream);
    for (let i = 0; i < 4; i += 1) feed.push(bytes('four'), false);
    await settled();
    expect(consumed.length).toBeLessThan(4);
    const reading = readAll(stream);
    feed.push(bytes(''), true);
    await expect(reading).resolves.toBe('four'.repeat(4));
    expect(consumed).toEqual([4, 4, 4, 4]);
  });

  it('the input of a program that is gone is dropped, and gives its credit back', async () => {
    const { feed, consumed } = start();
    const stream = program();
    stream.on('error', () => undefined);
    feed.attach(stream);
    stream.destroy();
    feed.push(bytes('one'), false);
    feed.push(bytes('two'), true);
    await settled();
    expect(consumed).toEqual([3, 3]);
  });

  it('the input of a program that ends while it is fed gives its credit back', async () => {
    const server = createServer({ pauseOnConnect: true }, () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const { feed, consumed } = start();
    feed.attach(socket);
    const pieces = 64;
    for (let i = 0; i < pieces; i += 1) feed.push(new Uint8Array(256 * 1024), false);
    await settled();
    expect(consumed.length).toBeLessThan(pieces);
    socket.destroy();
    await once(socket, 'close');
    await settled();
    expect(consumed).toHaveLength(pieces);
    server.close();
  });

  it('keeps what comes for a second run if it is asked to, as long as it is little', () => {
    const { feed } = start();
    feed.push(Buffer.from('lost'), false);
    expect(feed.kept).toBeUndefined();
    feed.keep();
    feed.push(Buffer.from('a'), false);
    feed.push(Buffer.from('b'), false);
    expect(Buffer.from(feed.kept ?? []).toString()).toBe('ab');
    feed.push(Buffer.alloc(65_536), true);
    expect(feed.kept).toBeUndefined();
  });
});
