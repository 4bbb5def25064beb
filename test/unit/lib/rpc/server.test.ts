import { once } from 'node:events';
import { connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepingLog, type Loopback, serve } from '../loopback.js';

const maxConnections = 20;

let loopback: Loopback;
let lines: string[];
let path: string;

beforeEach(async () => {
  // Sessions wait for their turn in real time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true });
  const keeping = keepingLog();
  lines = keeping.lines;
  loopback = await serve([], { log: keeping.log, maxConnections });
  path = loopback.target.replace('unix:', '');
});

afterEach(async () => {
  vi.useRealTimers();
  await loopback.stop();
});

async function openSession() {
  const session = connectHttp2('http://server', { createConnection: () => connect({ path }) });
  await once(session, 'remoteSettings');
  return session;
}

describe('a listener', () => {
  it('a listener that is full ends the connection that was idle for longest, and logs so once', async () => {
    const sockets: Socket[] = [];
    const open = async () => {
      const socket = connect({ path });
      socket.on('error', () => undefined);
      socket.resume();
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    for (let i = 0; i < maxConnections; i += 1) await open();
    const before = [...sockets];
    const session = await openSession();
    await open();
    for (const socket of before.slice(0, 2)) {
      if (!socket.readableEnded) await once(socket, 'end');
    }
    await new Promise<void>((resolve, reject) => {
      session.ping((error) => (error === null ? resolve() : reject(error)));
    });
    expect(before.slice(2).filter(({ readableEnded }) => readableEnded)).toEqual([]);
    expect(lines.filter((line) => line.includes('too many'))).toHaveLength(1);
    session.destroy();
    for (const socket of sockets) socket.destroy();
  });
});

describe('a connection of gRPC', () => {
  it('a connection without a call for five minutes is ended, and one with a call is not', async () => {
    const idle = await openSession();
    const busy = await openSession();
    const watch = busy.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Watch',
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    // An empty message.
    watch.end(Buffer.alloc(5));
    await once(watch.resume(), 'response');
    vi.advanceTimersByTime(4 * 60_000);
    expect([idle.closed, busy.closed]).toEqual([false, false]);
    vi.advanceTimersByTime(2 * 60_000);
    if (!idle.closed) await once(idle, 'close');
    vi.advanceTimersByTime(60 * 60_000);
    await new Promise<void>((resolve, reject) => {
      busy.ping((error) => (error === null ? resolve() : reject(error)));
    });
    expect([busy.closed, watch.closed]).toEqual([false, false]);
    watch.close();
    busy.destroy();
  });

  it('a call whose message does not come within a minute is ended', async () => {
    const session = await openSession();
    const call = session.request(
      {
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
        [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
        [constants.HTTP2_HEADER_TE]: 'trailers',
      },
      { endStream: false },
    );
    const response = once(call, 'response') as Promise<[IncomingHttpHeaders]>;
    // Answered after the call has been seen.
    await new Promise<void>((resolve, reject) => {
      session.ping((error) => (error === null ? resolve() : reject(error)));
    });
    vi.advanceTimersByTime(60_000);
    const [headers] = await response;
    expect(headers['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    call.close();
    session.destroy();
  });
});
