import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Loopback, serve } from '../loopback.js';

const maxMs = 60_000;
const graceMs = 120_000;

let loopback: Loopback;

beforeEach(async () => {
  // Sessions wait for their turn in real time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true });
  loopback = await serve([], { connectionAge: { maxMs, graceMs } });
});

afterEach(async () => {
  vi.useRealTimers();
  await loopback.stop();
});

async function openSession() {
  const path = loopback.target.replace('unix:', '');
  const session = connectHttp2('http://server', { createConnection: () => connect({ path }) });
  await once(session, 'remoteSettings');
  return session;
}

async function openWatch(session: Awaited<ReturnType<typeof openSession>>) {
  const watch = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Watch',
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
    [constants.HTTP2_HEADER_TE]: 'trailers',
  });
  watch.on('error', () => undefined);
  // An empty message.
  watch.end(Buffer.alloc(5));
  await once(watch.resume(), 'response');
  return watch;
}

it('a client of an old connection is asked to connect again, and its calls go on for a while', async () => {
  const session = await openSession();
  const watch = await openWatch(session);
  const goneAway = once(session, 'goaway');
  vi.advanceTimersByTime(1.1 * maxMs);
  const [code, , reason] = (await goneAway) as [number, number, Buffer];
  expect([code, reason.toString()]).toEqual([constants.NGHTTP2_NO_ERROR, 'max_age']);
  vi.advanceTimersByTime(graceMs - 0.2 * maxMs);
  expect(watch.closed).toBe(false);
  const closed = once(watch, 'close');
  vi.advanceTimersByTime(0.2 * maxMs);
  await closed;
});
